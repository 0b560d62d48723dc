/** Raw memory and instructions. */
import type { Handlers } from './handler.ts';
import { disassembleRequest, readMemory, writeMemory } from './raw-memory.ts';

export const memory = {
  readMemory: (context, args) => readMemory(context.machine(), args),

  writeMemory(context, args) {
    context.looking();
    return writeMemory(context.machine(), args);
  },

  disassemble(context, args) {
    context.looking();
    return disassembleRequest(context.machine(), args, (file) => context.source(file));
  },
} satisfies Handlers;
