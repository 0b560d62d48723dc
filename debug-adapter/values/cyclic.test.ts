/** Debug information in which types contain themselves: every question ends, with a value or an error of the catalogue. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.ts';
import { SymbolImage } from '../symbols/image.ts';
import { run } from '../symbols/testing/fixtures.ts';
import { typeName } from '../symbols/type-name.ts';
import { childCounts, childrenOf } from './children.ts';
import { compile } from './check.ts';
import type { Names } from './names.ts';
import { UNSIGNED } from './conversions.ts';
import { evaluate } from './evaluate.ts';
import { formatValue, type FormatContext, LIMITS } from './format.ts';

const folder = mkdtempSync(join(tmpdir(), 'cyclic-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'cyclic');
const source = join(dirname(fileURLToPath(import.meta.url)), 'testing', 'cyclic.S');
run('gcc', [
  '-m32',
  '-nostdlib',
  '-static',
  '-no-pie',
  '-Wl,-m,elf_i386,--build-id=none',
  source,
  '-o',
  path,
]);
const bytes = new Uint8Array(readFileSync(path));

const EXPRESSIONS = [
  ...['thing', '*thing', '&thing', 'thing + 1', 'thing - thing', 'thing == thing', '-thing', 'thing[1]'],
  ...[
    'sizeof thing',
    '_Alignof thing',
    'thing.self',
    'thing->x',
    'thing.self.self.list',
    '(struct derived *)&thing',
  ],
  ...['(one)1', '(two *)&thing', 'thing.missing', 'thing ?: 1', 'thing[1][1][1]', 'sizeof(two)'],
];

/** Everything there is to ask about a variable. @returns what was said */
function ask(image: SymbolImage, name: string): string[] {
  const found = image.findVariable(name);
  if (!found) return [];
  const { type } = found;
  const value = { type, space: undefined, location: found.locate() };
  const context = (limits: FormatContext['limits']): FormatContext => ({
    ...{ registers: [], symbolAt: () => undefined, lineAt: () => undefined, style: undefined, limits },
    readMemory: (address, length) => image.linkedBytes(address, length),
  });
  const line = context(LIMITS.line);
  const names: Names = {
    object: (asked) => (asked.name === 'thing' ? { type, location: found.locate() } : undefined),
    enumerator: () => undefined,
    type: (asked) => image.findType(asked),
    isTemplate: () => false,
    register: () => UNSIGNED,
    space: () => undefined,
  };
  const evaluated = (text: string): string => {
    const none = () => expect.fail('asked for what is not there') as never;
    try {
      const environment = { ...line, locate: none, register: none, msr: none };
      return formatValue(evaluate(compile(text, names), environment), line);
    } catch (error) {
      if (error instanceof AdapterError) return error.message;
      throw error;
    }
  };
  return [
    typeName(type, name),
    formatValue(value, line),
    formatValue(value, context(LIMITS.whole)).slice(0, 10_000),
    JSON.stringify(childCounts(value, line)),
    ...childrenOf(value, name, line, 0, 3).map((child) => `${child.name} ${formatValue(child.value, line)}`),
    ...EXPRESSIONS.map(evaluated),
  ];
}

describe('types that contain themselves', () => {
  it.each(Array.from({ length: 9 }, (_, n) => `thing_${n + 1}`))('%s: every question ends', (name) => {
    const said = ask(SymbolImage.open(bytes, 'cyclic'), name);
    expect(said.length).toBeGreaterThan(EXPRESSIONS.length);
    expect(said.join('\n').length).toBeLessThan(60_000);
  });

  it('and so do they when the file is cut anywhere', () => {
    const from = bytes.length >> 2;
    for (let end = from; end < bytes.length; end += 37) {
      let image: SymbolImage;
      try {
        image = SymbolImage.open(bytes.slice(0, end), 'cut');
      } catch (error) {
        expect((error as { code?: string }).code).toBeDefined();
        continue;
      }
      for (let n = 1; n <= 9; n++) ask(image, `thing_${n}`);
    }
  });
});
