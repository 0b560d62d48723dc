/** The conditional branches in a stretch of code, whether they have run or not. */
import { Decoder, DecoderOptions, FlowControl, Instruction } from 'iced-x86';

/** Addresses of the conditional branches in `bytes`, which lie at `address` and begin with an instruction of 32-bit code. */
export function conditionalBranches(bytes: Uint8Array, address: number): number[] {
  const decoder = new Decoder(32, bytes, DecoderOptions.None);
  decoder.ip = BigInt(address);
  const instruction = new Instruction();
  const found: number[] = [];
  try {
    while (decoder.canDecode) {
      decoder.decodeOut(instruction);
      if (instruction.flowControl === FlowControl.ConditionalBranch) found.push(Number(instruction.ip) >>> 0);
    }
  } finally {
    instruction.free();
    decoder.free();
  }
  return found;
}
