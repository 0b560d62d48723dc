/** What an evaluation wants written: it only tells, and here it is done. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Evaluated } from './inspection.ts';
import type { Call } from './protocol.ts';
import type { SessionContext } from './session-context.ts';

/** Writes what the evaluation wants written; the client hears of it after the answer. */
export async function carryOut(
  context: SessionContext,
  { body, writes, frame }: Evaluated,
  call: Call,
): Promise<Evaluated['body']> {
  if (writes.length === 0) return body;
  const machine = context.machine();
  const scope = context.looking().scopeOf(frame);
  const own = { kind: 'coroutine', coroutine: frame.coroutine, cr3: frame.cr3 } as const;
  const memory: DebugProtocol.MemoryEvent['body'][] = [];
  let registers = false;
  try {
    for (const write of writes) {
      if (write.kind === 'register') {
        registers = true;
        await machine.request('writeRegister', { name: write.name, value: write.value });
      } else {
        const { space = own, address, bytes, isRegister = false } = write;
        registers ||= isRegister;
        await machine.request('writeMemory', { space, address, bytes });
        memory.push({
          memoryReference: scope.referenceOf(address, write.space),
          offset: 0,
          count: bytes.length,
        });
      }
    }
  } finally {
    // What came before a write that the processor refuses has been written.
    machine.forget();
    if (registers) await context.refresh();
    call.afterAnswer(() => {
      context.changed(registers, memory);
    });
  }
  return body;
}
