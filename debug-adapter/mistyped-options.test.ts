/** The options that slips are measured by are those that package.json offers, all of them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tell } from '../core/sentences/say.ts';
import { LAUNCH_OPTIONS, mistypedOptions } from './mistyped-options.ts';

interface Attributes {
  readonly properties: Readonly<Record<string, unknown>>;
}
interface Debugger {
  readonly configurationAttributes: { readonly launch: Attributes; readonly attach: Attributes };
}

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly contributes: { readonly debuggers: readonly Debugger[] };
};
const [{ configurationAttributes }] = manifest.contributes.debuggers;
const namesOf = (request: keyof typeof configurationAttributes) =>
  Object.keys(configurationAttributes[request].properties);
const slips = (...names: string[]) =>
  mistypedOptions(Object.fromEntries(names.map((name) => [name, true]))).map((sentence) => tell(sentence));

describe('launch options', () => {
  it('are those of package.json', () => {
    expect([...LAUNCH_OPTIONS].sort()).toEqual(namesOf('launch').sort());
  });

  it('are no slips, those of attach neither', () => {
    expect(slips(...namesOf('launch'), ...namesOf('attach'))).toEqual([]);
  });

  it.each(LAUNCH_OPTIONS)('%s with a letter too many is told', (name) => {
    expect(slips(`${name}s`)).toEqual([
      `The launch option "${name}s" is not known and has no effect: did you mean "${name}"?`,
    ]);
  });

  it('of other debuggers are told with our name for them', () => {
    expect(slips('program', 'args', 'stopAtEntry', 'symbolFile')).toEqual([
      'The launch option "program" is not known and has no effect: did you mean "kernel"?',
      'The launch option "args" is not known and has no effect: did you mean "cmdline"?',
      'The launch option "stopAtEntry" is not known and has no effect: did you mean "stopOnEntry"?',
      'The launch option "symbolFile" is not known and has no effect: did you mean "symbols"?',
    ]);
  });

  it('pass over what resembles none of ours', () => {
    expect(slips('console', 'name', '__sessionId', 'somethingOfAClient')).toEqual([]);
  });
});
