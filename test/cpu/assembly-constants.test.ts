/** The AssemblyScript of the processor has no way to import from the rest: what it repeats of it must be the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as tlb from '../../core/cpu/paging/tlb.ts';
import * as state from '../../core/cpu/state.ts';
import * as layout from '../../core/memory/layout.ts';

const core = join(import.meta.dirname, '../../core/cpu');
const CONSTANT = /^(?:export )?const ([A-Z][A-Z_0-9]*): \w+ = ([-0-9xa-f_* ]+);$/gm;

/** The numbers of a file by their names. */
function constantsOf(file: string): Map<string, number> {
  const text = readFileSync(join(core, file), 'utf8');
  const number = (factors: string) =>
    factors
      .split('*')
      .map((factor) => Number(factor.replaceAll('_', '')))
      .reduce((product, factor) => product * factor, 1);
  return new Map([...text.matchAll(CONSTANT)].map(([, name, value]) => [name!, number(value!)]));
}

const words = state as unknown as Readonly<Record<string, number>>;
const flags = state.Flag as Readonly<Record<string, number>>;
const NUMBERS = new Set(['ES', 'CS', 'SS', 'DS', 'FS', 'GS', 'TR']);
const PLAIN = new Set(['ARITHMETIC', 'FAST_READ', 'FAST_WRITE']);

describe('constants of the assembly', () => {
  it('assembly/state.ts: words of the state, segments, flags, rights', () => {
    const constants = constantsOf('assembly/state.ts');
    expect(constants.size).toBeGreaterThan(50);
    const wrong: string[] = [];
    for (const [name, value] of constants) {
      const rights = (tlb as Readonly<Record<string, number>>)[name];
      let expected: number | undefined;
      if (name === 'TLB') expected = layout.TLB_BASE;
      else if (name === 'TRANSITIONS') expected = layout.TRANSITIONS_BASE;
      else if (name === 'RETIRED') expected = state.Double.Retired * 8;
      else if (name === 'CR0_AM') expected = state.Cr0.AM;
      else if (name === 'DR7_GD') expected = 0x2000;
      else if (rights !== undefined) expected = rights;
      else if (flags[name] !== undefined && !name.endsWith('L')) expected = flags[name];
      else if (NUMBERS.has(name) || PLAIN.has(name)) expected = words[name];
      else expected = words[name]! * 4;
      if (expected !== value) wrong.push(`${name} is ${value}, expected ${expected}`);
    }
    expect(wrong).toEqual([]);
  });

  it('direct/assembly: the layout of the memory', () => {
    const found = new Map([
      ...constantsOf('direct/assembly/branches.ts'),
      ...constantsOf('direct/assembly/flow.ts'),
      ...constantsOf('direct/assembly/forms.ts'),
      ...constantsOf('direct/assembly/index.ts'),
    ]);
    const expected = {
      BRANCHES: layout.BRANCHES_BASE,
      BRANCH_LAP: layout.BRANCH_LAP,
      PAGE_FLAGS: layout.PAGE_FLAGS_BASE,
      HEAT: layout.HEAT_BASE,
      HEAT_SIZE: layout.HEAT_SIZE,
      RAM: layout.RAM_BASE,
      INDIRECT: layout.INDIRECT_BASE,
      INDIRECT_RECORDS: layout.INDIRECT_RECORDS,
      STOPS: layout.STOPS_BASE,
      FORMS: layout.FORMS_BASE,
      TOLD: layout.PageFlag.Told,
    };
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, found.get(name)]))).toEqual(
      expected,
    );
  });
});
