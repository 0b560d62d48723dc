import { expect, it } from 'vitest';
import { say, tell, verbatim } from './say.ts';

const german = new Map([
  ['{0} of {1} bytes are mapped.', 'Von {1} Bytes sind {0} abgebildet.'],
  ['It is {0}.', 'Es ist {0}.'],
  ['an array', 'ein Feld'],
]);
const translate = (english: string) => german.get(english) ?? english;

it('says a sentence with its values, in English if nobody translates it', () => {
  expect(tell(say`${3} of ${8} bytes are mapped.`)).toBe('3 of 8 bytes are mapped.');
  expect(tell(say`${'a'}${'b'}`)).toBe('ab');
});

it('translates the sentence and its parts, in the order of the language', () => {
  expect(tell(say`${3} of ${8} bytes are mapped.`, translate)).toBe('Von 8 Bytes sind 3 abgebildet.');
  expect(tell(say`It is ${say`an array`}.`, translate)).toBe('Es ist ein Feld.');
});

it('leaves values as they are, whatever is in them', () => {
  expect(tell(say`It is ${'{0} $& an array'}.`, translate)).toBe('Es ist {0} $& an array.');
  expect(tell(verbatim('It is {0}.'), translate)).toBe('It is {0}.');
  expect(tell(say`Set it to ${'x'}, for example "\${workspaceFolder}".`)).toBe(
    'Set it to x, for example "${workspaceFolder}".',
  );
});
