/**
 * What a debugger writes into the stopped machine: inputs like any others, so that a replay of the run has them at the same
 * instruction. Memory is addressed physically in the log: what a linear address means then is part of the state.
 */
import type { Cpu } from '../cpu/cpu.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import type { InputLog } from '../time/input-log.ts';
import type { Sentence } from '../sentences/say.ts';

const MEMORY_CHANNEL = 'debugger-memory';
const REGISTER_CHANNEL = 'debugger-register';
const WORD = 4;

export interface DebuggerWrites {
  /** @param physical address of RAM, which all of the bytes are in */
  memory(physical: number, bytes: Uint8Array): void;
  /**
   * @param value little-endian bytes, or a word
   * @returns why the processor refuses it; `undefined` when it was written
   */
  register(name: string, value: number | Uint8Array): Sentence | undefined;
}

/** A word, little-endian, and bytes behind it. */
function packet(word: number, bytes: Uint8Array): Uint8Array {
  const payload = new Uint8Array(WORD + bytes.length);
  new DataView(payload.buffer).setUint32(0, word, true);
  payload.set(bytes, WORD);
  return payload;
}

const wordOf = (payload: Uint8Array) => new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);

export function createDebuggerWrites(inputs: InputLog, memory: PhysicalMemory, cpu: Cpu): DebuggerWrites {
  let refusal: Sentence | undefined;
  inputs.register(MEMORY_CHANNEL, (payload) => {
    memory.writeBytes(wordOf(payload), payload.subarray(WORD));
  });
  // A write that is refused is refused again by a replay: it leaves the state as it is.
  inputs.register(REGISTER_CHANNEL, (payload) => {
    const size = wordOf(payload);
    const name = String.fromCharCode(...payload.subarray(WORD + size));
    refusal = cpu.debugger.write(name, payload.slice(WORD, WORD + size));
  });
  return {
    memory(physical, bytes) {
      inputs.inject(MEMORY_CHANNEL, packet(physical, bytes));
    },
    register(name, value) {
      const bytes = typeof value === 'number' ? packet(value, new Uint8Array(0)) : value;
      const text = Array.from(name, (character) => character.charCodeAt(0));
      inputs.inject(REGISTER_CHANNEL, packet(bytes.length, Uint8Array.of(...bytes, ...text)));
      return refusal;
    },
  };
}
