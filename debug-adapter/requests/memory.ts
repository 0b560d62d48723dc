/** Raw memory and instructions. */
import type { Handlers } from './handler.ts';
import { disassembleRequest, readMemory, writeMemory } from './raw-memory.ts';

export const memory = {
  readMemory: (context, args) => readMemory(context.machine(), args),

  async writeMemory(context, args, call) {
    context.looking();
    const body = await writeMemory(context.machine(), args);
    call.afterAnswer(() => {
      context.changed(false, [
        { memoryReference: args.memoryReference, offset: args.offset ?? 0, count: body.bytesWritten ?? 0 },
      ]);
    });
    return body;
  },

  disassemble(context, args) {
    context.looking();
    return disassembleRequest(context.machine(), args, (file) => context.sources.ofPresent(file));
  },
} satisfies Handlers;
