/** Breakpoints on functions by name and on instructions by address, in either kernel. */
import { describe, expect, it } from 'vitest';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

const main = inSample('kernel/main.c');

async function set(command: string, breakpoints: readonly object[]): Promise<DebugProtocol.Breakpoint[]> {
  const { body } = await session.client.customRequest(command, { breakpoints });
  return (body as { breakpoints: DebugProtocol.Breakpoint[] }).breakpoints;
}

describe('a function breakpoint', () => {
  it('set before the start stops behind the prologue, in every kernel that has the function', async () => {
    session = await tested.open();
    await session.launch({ stopOnEntry: true });
    await session.stop();
    const bound = await set('setFunctionBreakpoints', [
      { name: 'count_primes' },
      { name: 'host:monitor_dispatch' },
    ]);
    expect(bound).toMatchObject([{ verified: true }, { verified: true }]);
    const seen = new Set<string>();
    for (let n = 0; n < 60 && seen.size < 2; n++) {
      const { threadId, hitBreakpointIds } = await session.go('continue');
      const [top] = await session.stack(threadId);
      seen.add(`${threadId} ${top!.name}`);
      expect(hitBreakpointIds).toEqual([bound[threadId === 2 ? 0 : 1]!.id]);
    }
    expect([...seen].sort()).toEqual(['1 monitor_dispatch', '2 count_primes']);
  });

  it('keeps its id, and says what is wrong with one that is nowhere', async () => {
    session = await tested.open();
    await session.launch({ stopOnEntry: true });
    await session.stop();
    const [first] = await set('setFunctionBreakpoints', [{ name: 'kmain' }]);
    const again = await set('setFunctionBreakpoints', [
      { name: 'no_such' },
      { name: 'kmain' },
      { name: 'host:kmain' },
    ]);
    expect(again[1]!.id).toBe(first!.id);
    expect(again.map(({ verified }) => verified)).toEqual([false, true, false]);
    expect(again[0]!.message).toBe(
      'No kernel that is loaded has a function "no_such": write its name, or guest0:name, host:name, file.c:name.',
    );
  });
});

describe('an instruction breakpoint', () => {
  it('stops at an address of one kernel, and is gone when it is taken away', async () => {
    session = await tested.open();
    await session.launch({ breakpoints: [[main, lineOf(main, 'unsigned megabytes = ')]] });
    await session.stop();
    const [top] = await session.stack(2);
    const { body } = await session.client.customRequest('disassemble', {
      memoryReference: top!.instructionPointerReference,
      instructionOffset: 1,
      instructionCount: 2,
    });
    const [next] = (body as DebugProtocol.DisassembleResponse['body'])!.instructions;
    const reference = `guest0:${next!.address}`;
    const [bound] = await set('setInstructionBreakpoints', [{ instructionReference: reference }]);
    expect(bound).toMatchObject({ verified: true, instructionReference: next!.address });
    expect(await session.go('continue')).toMatchObject({
      reason: 'breakpoint',
      hitBreakpointIds: [bound!.id],
    });
    expect((await session.stack(2))[0]!.instructionPointerReference).toContain(next!.address);
    await set('setInstructionBreakpoints', []);
    await session.client.continueRequest({ threadId: 2 });
    await session.event('terminated');
  });

  it('needs an address: one without is answered by itself, and the others stop', async () => {
    session = await tested.open();
    await session.launch({ stopOnEntry: true });
    await session.stop();
    const [top] = await session.stack(2);
    const { body } = await session.client.customRequest('disassemble', {
      memoryReference: top!.instructionPointerReference,
      instructionOffset: 1,
      instructionCount: 1,
    });
    const [next] = (body as DebugProtocol.DisassembleResponse['body'])!.instructions;
    const wanted = ['0x1c0100000', `guest0:${next!.address}`, 'here'].map((instructionReference) => ({
      instructionReference,
    }));
    const bound = await set('setInstructionBreakpoints', wanted);
    expect(bound).toMatchObject([
      { verified: false, reason: 'failed', message: '"0x1c0100000" has more than 32 bits.' },
      { verified: true, instructionReference: next!.address },
      {
        ...{ verified: false, reason: 'failed' },
        message: '"here" is not an address: write it as 0x followed by hexadecimal digits.',
      },
    ]);
    expect(await session.go('continue')).toMatchObject({ hitBreakpointIds: [bound[1]!.id] });
    const again = await set('setInstructionBreakpoints', wanted);
    expect(again.map(({ id }) => id)).toEqual(bound.map(({ id }) => id));
  });
});
