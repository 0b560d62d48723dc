/** What a client sees of a stopped program: children and their expressions, pages, formats, assignments, lists, places. */
import { readFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Inspection } from './inspection.ts';
import type { Frame } from './frame.ts';
import { openWorkbench } from './values/testing/stop-under-gdb.ts';
import type { Write } from './values/journal.ts';
import type { StoppedProgram } from './values/testing/stopped-program.ts';

type Variable = DebugProtocol.Variable;

const source = readFileSync(new URL('values/testing/expressions.c', import.meta.url), 'utf8').split('\n');
const lineOf = (text: string) => source.findIndex((line) => line.includes(text)) + 1;

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const GLOBALS = [
  ...[
    'box',
    'numbers',
    'pointer',
    'row',
    'names',
    'word',
    'number',
    'flexible',
    'operations',
    'first',
    'tasks',
  ],
  ...[
    'extended',
    'shade',
    'rights',
    'raw',
    '&box',
    '*box.self',
    'box.in',
    'numbers + 1',
    '(struct inner *)box.in',
  ],
  ...[
    'box,x',
    'numbers,x',
    'raw,b',
    'pointer,[2]',
    'pointer,[2]x',
    'names,[2]s',
    'box.in[0],d',
    '*where',
    'copy',
  ],
  ...['flexible->items,[3]', 'tasks,list(struct task, node)', 'container_of(tasks.next, struct task, node)'],
];

describe.each([
  ['gcc', '-O0', 5],
  ['clang', '-O2', 4],
] as const)('a program of %s %s', (compiler, level, version) => {
  let program: StoppedProgram;
  let inspection: Inspection;
  let frame: Frame;
  beforeAll(async () => {
    ({ program } = workbench.stop(compiler, level, version));
    ({ inspection } = program);
    frame = (await program.frames()).find(({ name }) => name === 'work')!;
  });

  const evaluate = async (source: string, hexadecimal = false) =>
    (await inspection.evaluate(source, frame, { hexadecimal, context: 'watch' })).body;
  const children = (variablesReference: number, more: object = {}) =>
    inspection.variables({ variablesReference, ...more });

  /** A value and what unfolds from it, a few levels down. */
  async function* unfold(variables: readonly Variable[], depth: number): AsyncGenerator<Variable> {
    for (const variable of variables) {
      yield variable;
      if (variable.variablesReference > 0 && depth > 0)
        yield* unfold(await children(variable.variablesReference), depth - 1);
    }
  }

  it.each([false, true])(
    'gives every child an expression that has its value again (hexadecimal: %s)',
    async (hex) => {
      const roots: Variable[] = [];
      for (const { name, variablesReference } of await inspection.scopes(frame)) {
        if (name === 'Registers') continue;
        roots.push(...(await children(variablesReference)));
      }
      for (const source of GLOBALS) {
        const { variablesReference } = await evaluate(source);
        if (variablesReference > 0) roots.push(...(await children(variablesReference)));
      }
      let compared = 0;
      for await (const { evaluateName, value, type, name } of unfold(roots, 3)) {
        if (evaluateName === undefined) {
          // What is hidden and in no memory has none.
          expect(name).toMatch(/^<(?:anonymous|entries)>$|^\w+ @\d+$/);
          continue;
        }
        const again = await evaluate(evaluateName, hex);
        const plain = hex ? await evaluate(evaluateName) : again;
        expect([evaluateName, plain.result, plain.type]).toEqual([evaluateName, value, type]);
        compared++;
      }
      expect(compared).toBeGreaterThan(300);
    },
  );

  it('gives every register an expression that has its value again', async () => {
    const registers = (await inspection.scopes(frame)).at(-1)!;
    for (const group of await children(registers.variablesReference)) {
      for (const { evaluateName, value } of await children(group.variablesReference))
        expect([evaluateName, (await evaluate(evaluateName!)).result]).toEqual([evaluateName, value]);
    }
  });

  it('pages arrays, and leaves out what a filter does not want', async () => {
    const { variablesReference, indexedVariables } = await evaluate('raw,[500]');
    expect(indexedVariables).toBe(500);
    const page = await children(variablesReference, { filter: 'indexed', start: 3, count: 2 });
    expect(page.map(({ name }) => name)).toEqual(['[3]', '[4]']);
    expect(await children(variablesReference, { filter: 'named' })).toEqual([]);
    const record = await evaluate('box');
    expect(await children(record.variablesReference, { filter: 'indexed' })).toEqual([]);
  });

  it('follows lists, by a specifier and by their shape', async () => {
    const listed = await evaluate('tasks,list(struct task, node)');
    expect(listed).toMatchObject({ result: '2 entries', type: 'list of struct task' });
    const entries = await children(listed.variablesReference);
    expect(entries.map(({ name }) => name)).toEqual(['[0]', '[1]']);
    expect((await evaluate(`(${entries[1]!.evaluateName!}).name`)).result).toBe('"shell"');
    const shape = await children((await evaluate('&tasks')).variablesReference);
    const lazy = shape.find(({ presentationHint }) => presentationHint?.lazy)!;
    expect(lazy).toMatchObject({ name: '<entries>', value: '' });
    const [counted] = await children(lazy.variablesReference);
    expect(counted).toMatchObject({ value: '2 entries' });
    const nodes = await children(counted!.variablesReference);
    expect(nodes.map(({ type }) => type)).toEqual(['struct list_head', 'struct list_head']);
    const hinted = (await children((await evaluate('users.sessions')).variablesReference)).at(-1)!;
    const [one] = await children(hinted.variablesReference);
    expect(one).toMatchObject({ value: '1 entry' });
    const [third] = await children(one!.variablesReference);
    expect(third).toMatchObject({ type: 'struct task' });
    expect((await evaluate(`(${third!.evaluateName!}).name`)).result).toBe('"cron"');
  });

  it('says where a variable is declared and what code a pointer leads to', async () => {
    const { valueLocationReference } = await evaluate('operation');
    expect(inspection.place(valueLocationReference!)).toMatchObject({ line: lineOf('int subtract(') });
    const locals = (await inspection.scopes(frame)).find(({ name }) => name === 'Locals')!;
    const local = (await children(locals.variablesReference)).find(({ name }) => name === 'local')!;
    expect(inspection.place(local.declarationLocationReference!)).toMatchObject({
      line: lineOf('int local ='),
    });
    expect(() => inspection.place(local.variablesReference)).toThrow('earlier stop');
  });

  it('offers what may stand at the cursor', async () => {
    const scope = inspection.scopeOf(frame);
    const { completeExpression } = await import('./values/completion.ts');
    const labels = (text: string) =>
      program.memory.compute(() => completeExpression(text, text.length, scope).map(({ label }) => label));
    expect(await labels('1 + box.in[0].')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await labels('where->se')).toEqual(['self']);
    expect(await labels('(struct ou')).toEqual(['outer']);
    expect(await labels('loc')).toContain('local');
    expect(await labels('$xmm1')).toEqual(['xmm1']);
    expect(await labels('nowhere.')).toEqual([]);
    expect(await labels('sizeof(uns')).toEqual(['unsigned']);
  });

  // --- assignments ------------------------------------------------------------------------------------------

  const assign = async (target: string, value: string) => {
    const { body, writes } = await inspection.assign(target, value, frame, false);
    return { result: body.result, writes };
  };
  const memory = async (text: string, bytes: readonly number[]): Promise<Write> => ({
    kind: 'memory',
    space: undefined,
    address: Number((await evaluate(`&${text},u`)).result),
    bytes: Uint8Array.from(bytes),
  });

  it('writes memory for an assignment, and shows the value that it will be', async () => {
    expect(await assign('negative', '-2')).toEqual({
      result: '-2',
      writes: [await memory('negative', [0xfe, 0xff, 0xff, 0xff])],
    });
    expect(await assign('box.in[1].e', '258')).toEqual({
      result: '258',
      writes: [await memory('box.in[1].e', [2, 1])],
    });
    expect((await assign('quarter', '1')).writes).toEqual([await memory('quarter', [0, 0, 0x80, 0x3f])]);
    expect((await assign('word', '"xy"')).writes).toEqual([
      await memory('word', [120, 121, 0, 0, 0, 0, 0, 0]),
    ]);
    expect((await assign('shade', 'RED')).result).toBe('RED (0)');
    expect((await assign('names[0]', 'names[1]')).result).toMatch(/"one"$/);
    expect((await assign('copy', 'box.in[0]')).writes[0]).toMatchObject({ kind: 'memory' });
  });

  it('leaves the other bits of a bit field as they are', async () => {
    const { writes } = await assign('box.mid', '0');
    // Behind the tag; the two bits above are the lowest of `high`, -3.
    const tag = await memory('box.tag', [5, 0x40]);
    expect(writes).toEqual([{ ...tag, address: tag.kind === 'memory' ? tag.address + 1 : 0 }]);
    const { result } = await assign('box.low', '9');
    expect(result).toBe('1');
  });
  it('keeps the order of side effects, and lets later parts see earlier ones', async () => {
    const repl = (source: string) =>
      inspection.evaluate(source, frame, { hexadecimal: false, context: 'repl' });
    expect((await repl('positive = 3, positive++ + positive')).body.result).toBe('7');
    expect((await repl('positive = 3, positive++ + positive')).writes).toHaveLength(2);
    expect((await repl('pointer += 1, *pointer')).body.result).toBe('6');
    expect((await repl('(numbers[0][0] = 8) + numbers[0][0]')).body.result).toBe('16');
    for (const [source, result] of [
      ['yes = 5', 'true'],
      ['no = 0.25', 'true'],
      ['byte += 100', "44 ','"],
      ['small *= -1, small--, small', '29999'],
      ['small *= -1, small++', '30000'],
      ['box.low += 9, box.low', '6'],
      ['box.high = 255, --box.high', '254'],
      ['box.high = 256', '-256'],
      ['box.colour = GREEN', 'GREEN (5)'],
      ['box.wide = -1, box.wide', '1099511627775'],
      ['negative = positive = 3, negative + positive', '6'],
      ['positive = 1, numbers[positive++][positive]', '6'],
      ['pointer = numbers[0], *pointer++, *pointer', '2'],
      ['pointer -= 1, pointer == &numbers[1][0]', '1'],
      ['quarter /= 2', '0.125'],
      ['extended *= 0, extended', '0'],
      ['rights |= A_WRITE', 'A_READ | A_WRITE | A_USER (259)'],
      ['operation = add, operation == add', '1'],
      ['number.u = 0x3f800000, number.f', '1'],
      ['huge >>= 60', '15'],
    ])
      expect([source, (await repl(source!)).body.result]).toEqual([source, result]);
    expect((await repl('1 || positive++')).writes).toEqual([]);
    expect((await repl('sizeof(positive++)')).writes).toEqual([]);
  });

  it.each([
    ['positive = 1', 'only look'],
    ['positive++', 'only look'],
    ['0 && positive++', 'only look'],
  ])('does not write for a watch: %s', async (source, sentence) => {
    await expect(evaluate(source)).rejects.toThrow(sentence);
  });

  it.each([
    ['1', '2', 'this is a result'],
    ['numbers', '1', 'An array cannot be assigned to'],
    ['box', '1', 'Only a structure of the same type'],
    ['word', '"much too long"', 'only 8'],
    ['*(int *)4', '1', 'Only 0 of 4 bytes at 0x00000004 are mapped'],
    ['pointer,[2]', '1', 'Only single values can be set'],
    ['$eax', '1', '$eax: in this frame it is computed, or was saved nowhere'],
    ['$esp', '1', '$esp: in this frame it is computed'],
    ['$mxcsr', '1', 'set in the innermost frame'],
    ['negative', 'add(1, 2)', 'Calling functions'],
    ['negative', '1) + (2', 'needs the end here'],
  ])('says why %s cannot be set to %s', async (target, value, sentence) => {
    await expect(inspection.assign(target, value, frame, false)).rejects.toThrow(sentence);
  });

  it('writes registers of an outer frame where its callee has saved them', async () => {
    const [inner] = await program.frames();
    const [part] = (await inspection.assign('$eip', '0x5678', frame, false)).writes;
    expect(part).toEqual({
      ...{ kind: 'memory', address: inner!.cfa! - 4, space: undefined, isRegister: true },
      bytes: Uint8Array.of(0x78, 0x56, 0, 0),
    });
  });

  it('writes registers of the innermost frame, and parts of them', async () => {
    const [inner] = await program.frames();
    const set = async (target: string, value: string) =>
      (await inspection.assign(target, value, inner, false)).writes;
    const eax = inner!.registers[0]! >>> 0;
    expect(await set('$eax', '-1')).toEqual([{ kind: 'register', name: 'eax', value: 0xffff_ffff }]);
    expect(await set('$ah', '0x12')).toEqual([
      { kind: 'register', name: 'eax', value: ((eax & 0xffff_00ff) | 0x1200) >>> 0 },
    ]);
    expect(await set('$cr3', '0x5000')).toEqual([{ kind: 'register', name: 'cr3', value: 0x5000 }]);
    await expect(inspection.assign('$dr0', '1', inner, false)).rejects.toThrow('$dr0 cannot be written');
  });
});
