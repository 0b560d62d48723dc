/** Expressions against a real machine: other coroutines and physical memory, what may write and who hears of it, completion. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const main = inSample('kernel/main.c');

const tested = testedAdapter();
let session: Session;
beforeAll(async () => {
  session = await tested.share();
  const { client } = session;
  const initialize = client.initializeRequest.bind(client);
  client.initializeRequest = (args) =>
    initialize({ ...args!, supportsInvalidatedEvent: true, supportsMemoryEvent: true });
  await session.launch({ breakpoints: [[main, lineOf(main, 'greet("a coop')]] });
  await session.stop();
});

const repl = (expression: string) => session.evaluate(expression, { context: 'repl' });
const top = async () => (await session.stack())[0]!.id;
const setExpression = async (expression: string, value: string) =>
  (
    (await session.client.send('setExpression', {
      expression,
      value,
      frameId: await top(),
    })) as DebugProtocol.SetExpressionResponse
  ).body;

describe('what an expression can name', () => {
  it.each([
    ['host:host_main', expect.stringMatching(/^0x[0-9a-f]{8} host_main <main\.c:\d+>$/) as string],
    ['&host:host_main == &kmain', '0'],
    ['host:1 + 1', '2'],
    ['guest0:kmain == kmain', '1'],
    ['*(unsigned *)physical:($cr3 & ~0xfff) == *(unsigned *)physical:($cr3 & ~0xfff)', '1'],
    ['(unsigned char *)physical:0xffc', '0x00000ffc ""'],
    ['host:$esp != $esp', '1'],
    ['$msr[0x1b]', '0x00000000fee00100'],
    ['$msr(0x1b) & 0x100', '256'],
    ['$xmm0.v4_float[3]', '0'],
    ['$cr0,cr0', expect.stringMatching(/^0x[0-9a-f]{8} \[PE .*PG\]$/) as string],
    ['$eflags,eflags', expect.stringMatching(/^0x[0-9a-f]{8} \[.*\]$/) as string],
    ['$gdtr.limit > 0', '1'],
    ['*(unsigned *)physical:($cr3 & ~0xfff),pde', expect.stringMatching(/not present|→ 0x/) as string],
    [
      '*(unsigned long long *)($gdtr.base + ($cs & ~7)),desc',
      expect.stringMatching(/^code, execute\/read, 32-bit/) as string,
    ],
    [
      '*(unsigned long long *)$idtr.base,gate',
      expect.stringMatching(/gate.* to 0x[0-9a-f]{4}:0x[0-9a-f]{8}.*<.+>$/) as string,
    ],
    ['((struct co_boot_params *)boot)->memory_size == boot->memory_size', '1'],
    ['sizeof(typeof(*boot)) == sizeof(struct co_boot_params)', '1'],
  ])('%s', async (expression, expected) => {
    expect(await session.evaluate(expression)).toEqual(expected);
  });

  it('unfolds memory of another coroutine by expressions that lead there', async () => {
    const { body } = await session.client.evaluateRequest({
      expression: '(unsigned char *)host:host_main,[4]x',
      frameId: await top(),
    });
    expect(body.memoryReference).toMatch(/^host:0x/);
    const read = await session.client.send('readMemory', { memoryReference: body.memoryReference, count: 4 });
    const bytes = Buffer.from((read as DebugProtocol.ReadMemoryResponse).body!.data!, 'base64');
    const { variables } = (
      await session.client.variablesRequest({ variablesReference: body.variablesReference })
    ).body;
    expect(variables.map(({ value }) => parseInt(value))).toEqual([...bytes]);
    for (const { evaluateName, value } of variables)
      expect(await session.evaluate(evaluateName!)).toBe(value);
  });

  it.each([1, 2])(
    'gives every register of thread %i an expression that has its value again',
    async (thread) => {
      const frame = (await session.stack(thread)).find(
        ({ presentationHint }) => presentationHint !== 'label',
      )!;
      for (const group of await session.scope('Registers', frame)) {
        const { variables } = (await session.client.variablesRequest(group)).body;
        for (const { evaluateName, value } of variables)
          expect([evaluateName, await session.evaluate(evaluateName!, { frameId: frame.id })]).toEqual([
            evaluateName,
            value,
          ]);
      }
    },
  );

  it('gives every variable of the host an expression that has its value again', async () => {
    for (const frame of (await session.stack(1)).filter(({ source }) => source)) {
      const { scopes } = (await session.client.scopesRequest({ frameId: frame.id })).body;
      for (const scope of scopes.filter(({ name }) => name !== 'Registers')) {
        for (const { evaluateName, value } of (await session.client.variablesRequest(scope)).body.variables)
          expect([evaluateName, await session.evaluate(evaluateName!, { frameId: frame.id })]).toEqual([
            evaluateName,
            value,
          ]);
      }
    }
  });

  it('opens memory where a register points', async () => {
    const { body } = await session.client.evaluateRequest({ expression: '$esp', frameId: await top() });
    expect(body.memoryReference).toBe(`guest0:${body.result}`);
  });

  it('copies all of a value for the clipboard', async () => {
    const line = await session.evaluate('*boot');
    const copied = await session.evaluate('*boot', { context: 'clipboard' });
    expect(line).toMatch(/…/);
    expect(copied).not.toMatch(/, …/);
    expect(copied.length).toBeGreaterThan(line.length);
  });

  it('completes members and registers', async () => {
    const complete = async (text: string) =>
      (await session.client.completionsRequest({ text, column: text.length + 1, frameId: await top() })).body
        .targets;
    expect(await complete('boot->memory_s')).toEqual([
      expect.objectContaining({ label: 'memory_size', type: 'field', start: 7, length: 8 }),
    ]);
    expect((await complete('$cr')).map(({ label }) => label)).toEqual(['cr0', 'cr2', 'cr3', 'cr4']);
  });
});

describe('what writes', () => {
  it('is the debug console and the set requests, and the client hears of it', async () => {
    expect(await repl('megabytes = 42')).toBe('42');
    expect(await session.event('invalidated')).toMatchObject({ body: { areas: ['variables'] } });
    expect(await session.event('memory')).toMatchObject({ body: { offset: 0, count: 4 } });
    expect(await session.evaluate('megabytes')).toBe('42');
    expect(await repl('megabytes++ + megabytes')).toBe('85');
    expect(await setExpression('megabytes', '16 + 0')).toMatchObject({ value: '16' });
    expect(await session.evaluate('megabytes')).toBe('16');
    await expect(session.evaluate('megabytes = 1', { context: 'watch' })).rejects.toThrow('only look');
    await expect(session.evaluate('megabytes = 1', { context: 'hover' })).rejects.toThrow('only look');
  });

  it('sets a variable of a scope and a member below it', async () => {
    const { client } = session;
    const { scopes } = (await client.scopesRequest({ frameId: await top() })).body;
    const { variablesReference } = scopes.find(({ name }) => name === 'Locals')!;
    const set = async (reference: number, name: string, value: string) =>
      (await client.setVariableRequest({ variablesReference: reference, name, value })).body;
    expect(await set(variablesReference, 'megabytes', '0x20')).toMatchObject({
      value: '32',
      type: 'unsigned int',
    });
    expect(await set(variablesReference, 'megabytes', 'boot->memory_size >> 20')).toMatchObject({
      value: '16',
    });
    const params = (await client.evaluateRequest({ expression: 'boot_params', frameId: await top() })).body;
    const before = await session.evaluate('boot_params.memory_base');
    expect(await set(params.variablesReference, 'memory_base', '5')).toMatchObject({ value: '5' });
    expect(await session.evaluate('boot_params.memory_base')).toBe('5');
    await repl(`boot_params.memory_base = ${before}`);
  });

  it('sets registers, and frames are what they are now', async () => {
    const frameId = await top();
    const eip = await session.evaluate('$eip');
    expect(await setExpression('$eax', '0x12345678')).toMatchObject({ value: '0x12345678' });
    expect(await setExpression('$al', '0')).toMatchObject({ value: '0x00' });
    // The same frame, as it is now.
    const again = await session.client.evaluateRequest({ expression: '$eax', frameId });
    expect(again.body.result).toBe('0x12345600');
    await repl('$eip = kmain');
    expect((await session.stack())[0]).toMatchObject({ name: 'kmain' });
    expect(await session.evaluate('$eip == kmain')).toBe('1');
    await repl(`$eip = ${eip}`);
    expect(await session.evaluate('$eip')).toBe(eip);
  });

  it('sets registers of the FPU, of SSE and of the model, whole or in part', async () => {
    expect(await setExpression('$mxcsr', '0x1fa0')).toMatchObject({ value: '0x00001fa0' });
    await repl('$xmm3.v4_int32[1] = 7, $xmm3.v4_int32[3] = -1');
    expect(await session.evaluate('$xmm3.v4_int32[1] - $xmm3.v4_int32[3]')).toBe('8');
    expect(await session.evaluate('$xmm3.v4_int32[0]')).toBe('0');
    // An empty register gets a value.
    await repl('$st0 = 1.5L');
    expect(await session.evaluate('$st0 * 2')).toBe('3');
    await repl('$mm1.v4_int16[2] = 0x1234');
    expect(await session.evaluate('$mm1.uint64')).toBe(String(0x1234n << 32n));
    await repl('$msr[0x174] = 8');
    expect(await session.evaluate('$msr[0x174] + 0')).toBe('8');
    await expect(repl('$mxcsr = 0x10000')).rejects.toThrow('reserved bits are set');
    await expect(repl('$msr[0xfe] = 1')).rejects.toThrow('would raise #GP');
  });

  it.each([
    ['$cr0', '0x80000000', 'The processor refuses 0x80000000 for CR0: it would raise #GP.'],
    ['$cs', '8', 'CS cannot be set by itself'],
    ['$ds', '0xfff8', 'it would raise #GP'],
    ['host:$eax', '1', '$eax of another coroutine is not saved in memory'],
    ['host:$cr3', '1', '$cr3 of another coroutine is not saved in memory'],
    ['*(int *)0x10', '1', 'Only 0 of 4 bytes at 0x00000010 are mapped'],
  ])('is refused with a reason for %s', async (expression, value, reason) => {
    await expect(setExpression(expression, value)).rejects.toThrow(reason);
  });

  it('tells where the code of a function pointer is', async () => {
    const { body } = await session.client.evaluateRequest({ expression: 'kmain', frameId: await top() });
    const { body: place } = (await session.client.send('locations', {
      locationReference: body.valueLocationReference,
    })) as DebugProtocol.LocationsResponse;
    expect(place).toMatchObject({ source: { path: main } });
  });
});
