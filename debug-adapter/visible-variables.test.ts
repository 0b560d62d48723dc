import { expect, it } from 'vitest';
import type { Scope, Variable } from './symbols/variables.ts';
import { listedName, sourceName, visibleVariables } from './visible-variables.ts';

const variable = (name: string, kind: Variable['kind']): Variable => ({
  ...{
    name,
    kind,
    dieOffset: 0,
    artificial: false,
    external: false,
    type: { kind: 'void' },
    typeIn: undefined,
  },
  locate: () => ({ kind: 'memory', address: 0 }),
});
const scope = (inlineDepth: number, ...variables: Variable[]): Scope => ({
  ...{ kind: 'block', name: undefined, dieOffset: 0, ranges: [], inlineDepth, variables },
});

it('finds the inner one of two variables of a name, lists both, and each inlined call has its own', () => {
  const inner = variable('n', 'local');
  const outer = variable('n', 'local');
  const argument = variable('a', 'parameter');
  const caller = variable('n', 'parameter');
  const scopes = [scope(0, inner), scope(0, outer, argument), scope(1, caller)];
  for (let round = 0; round < 2; round++) {
    const here = visibleVariables(scopes, 0);
    expect([here.all, here.parameters, here.locals]).toEqual([[inner, argument], [argument], [inner, outer]]);
    expect([here.all[0], [...here.hidden]]).toEqual([inner, [outer]]);
    expect(here.all[0]).toBe(inner);
    expect(here.locals[1]).toBe(outer);
    expect(visibleVariables(scopes, 1).parameters).toEqual([caller]);
    expect(visibleVariables(scopes, 2).all).toEqual([]);
  }
});

it('leaves out what the compiler has made for itself, but not `this`', () => {
  const made = (name: string, kind: Variable['kind']) => ({ ...variable(name, kind), artificial: true });
  const [self, length, local] = [
    made('this', 'parameter'),
    made('__vla_expr0', 'local'),
    variable('n', 'local'),
  ];
  const { all, parameters, locals } = visibleVariables([scope(0, length, self, local)], 0);
  expect([parameters, locals]).toEqual([[self], [local]]);
  // An expression may ask for it.
  expect(all).toContain(length);
});

it('lists an argument that a local of an inner block hides', () => {
  const [inner, argument] = [variable('n', 'local'), variable('n', 'parameter')];
  const { all, parameters, locals, hidden } = visibleVariables([scope(0, inner), scope(0, argument)], 0);
  expect([all, parameters, locals, [...hidden]]).toEqual([[inner], [argument], [inner], [argument]]);
});

it('gives each hidden variable of a list a name of its own', () => {
  const taken = new Set<string>();
  const names = [12, 15, 12, undefined].map((line) => listedName('n', line, taken));
  expect(names).toEqual(['n @12', 'n @15', 'n @12 (2)', 'n @?']);
  expect(names.map(sourceName)).toEqual(['n', 'n', 'n', 'n']);
  expect(sourceName('operator@')).toBe('operator@');
});
