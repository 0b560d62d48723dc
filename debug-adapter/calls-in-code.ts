/**
 * The calls in a stretch of code and where they go: what "Step Into Target" offers. An indirect call is followed when the
 * registers of its operand cannot have changed by then.
 */
import {
  Decoder,
  DecoderOptions,
  FlowControl,
  Instruction,
  InstructionInfoFactory,
  OpAccess,
  OpKind,
  Register,
  type UsedRegister,
} from 'iced-x86';
import type { SyncReader } from './memory-cache.ts';

export interface CallSite {
  /** Of the call instruction. */
  readonly address: number;
  /** `undefined` for an indirect call whose operand is not known yet. */
  readonly target: number | undefined;
}

/** By iced's number of the 32-bit register. */
const GENERAL: ReadonlyMap<Register, number> = new Map([
  [Register.EAX, 0],
  [Register.ECX, 1],
  [Register.EDX, 2],
  [Register.EBX, 3],
  [Register.ESP, 4],
  [Register.EBP, 5],
  [Register.ESI, 6],
  [Register.EDI, 7],
]);
/** What a function may change by the i386 calling convention (System V ABI, Intel386 supplement, 3-11): EAX, ECX, EDX. */
const CALL_CLOBBERS = [0, 1, 2];
const WRITES: ReadonlySet<OpAccess> = new Set([
  OpAccess.Write,
  OpAccess.CondWrite,
  OpAccess.ReadWrite,
  OpAccess.ReadCondWrite,
]);

interface State {
  readonly read: SyncReader;
  /** General registers, `undefined` once they may have changed. */
  readonly registers: (number | undefined)[];
}

/**
 * The calls in [low, high), in order of address. `pc` is where execution is, with the registers it has there. Runs inside
 * `MemoryCache.compute`.
 */
export function callsIn(
  read: SyncReader,
  range: { readonly low: number; readonly high: number },
  pc: number,
  general: readonly (number | undefined)[],
): CallSite[] {
  const bytes = read(range.low, range.high - range.low);
  if (!bytes) return [];
  const decoder = new Decoder(32, bytes, DecoderOptions.None);
  decoder.ip = BigInt(range.low);
  const instruction = new Instruction();
  const info = new InstructionInfoFactory();
  const unknown = (): (number | undefined)[] => new Array<number | undefined>(8).fill(undefined);
  let state: State = { read, registers: unknown() };
  const calls: CallSite[] = [];
  try {
    while (decoder.canDecode) {
      decoder.decodeOut(instruction);
      const address = Number(instruction.ip) >>> 0;
      if (address === pc) state = { read, registers: general.slice(0, 8) };
      const { flowControl } = instruction;
      const isCall = flowControl === FlowControl.Call || flowControl === FlowControl.IndirectCall;
      if (isCall) calls.push({ address, target: targetOf(instruction, state) });
      // Behind a jump the registers are those of several ways.
      if (!isCall && flowControl !== FlowControl.Next) state = { read, registers: unknown() };
      else forgetWritten(info, instruction, isCall, state.registers);
    }
  } finally {
    info.free();
    instruction.free();
    decoder.free();
  }
  return calls;
}

function forgetWritten(
  factory: InstructionInfoFactory,
  instruction: Instruction,
  isCall: boolean,
  registers: (number | undefined)[],
): void {
  for (const n of isCall ? CALL_CLOBBERS : []) registers[n] = undefined;
  const info = factory.info(instruction);
  for (const used of info.usedRegisters() as UsedRegister[]) {
    // Call and return move ESP, but back again.
    const n = WRITES.has(used.access) ? fullRegister(used.register) : undefined;
    if (n !== undefined && !(isCall && n === 4)) registers[n] = undefined;
    used.free();
  }
  info.free();
}

/** AL, AH and AX are parts of EAX. */
function fullRegister(register: Register): number | undefined {
  const known = GENERAL.get(register);
  if (known !== undefined) return known;
  if (register >= Register.AX && register <= Register.DI) return register - Register.AX;
  if (register >= Register.AL && register <= Register.BH) return (register - Register.AL) % 4;
  return undefined;
}

function targetOf(instruction: Instruction, { read, registers }: State): number | undefined {
  const value = (register: Register) =>
    register === Register.None ? 0 : registers[GENERAL.get(register) ?? -1];
  switch (instruction.op0Kind) {
    case OpKind.NearBranch32:
      return instruction.nearBranch32 >>> 0;
    case OpKind.Register:
      return value(instruction.op0Register);
    case OpKind.Memory: {
      const base = value(instruction.memoryBase);
      const index = value(instruction.memoryIndex);
      if (base === undefined || index === undefined) return undefined;
      const displacement = Number(instruction.memoryDisplacement & 0xffff_ffffn);
      const bytes = read((base + index * instruction.memoryIndexScale + displacement) >>> 0, 4);
      return bytes?.length === 4
        ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
        : undefined;
    }
    default:
      // Far calls go through a descriptor: nobody steps into one by name.
      return undefined;
  }
}
