/**
 * The body of one WebAssembly function while it is written. Branches name labels; their depths are counted here.
 */
import { Bytes } from './bytes.ts';
import { Op, Type, type ValueType } from './opcodes.ts';

/** Where a branch may go: the end of a block, or the head of a loop. */
export interface Label {
  readonly level: number;
}

/** Room for most regions: each time that there is too little, all is copied. */
const CAPACITY = 8192;

export class Code {
  readonly bytes = new Bytes(CAPACITY);
  private readonly types: ValueType[] = [];
  /** How many blocks are open. */
  depth = 0;

  /** @param parameters how many there are: the first local is numbered after them */
  constructor(private readonly parameters: number) {}

  /** A new local variable, zero at the beginning. */
  local(type: ValueType = Type.i32): number {
    this.types.push(type);
    return this.parameters + this.types.length - 1;
  }

  op(...opcodes: number[]): void {
    for (const opcode of opcodes) this.bytes.byte(opcode);
  }
  get(local: number): void {
    this.bytes.byte(Op.localGet);
    this.bytes.unsigned(local);
  }
  set(local: number): void {
    this.bytes.byte(Op.localSet);
    this.bytes.unsigned(local);
  }
  tee(local: number): void {
    this.bytes.byte(Op.localTee);
    this.bytes.unsigned(local);
  }
  const(value: number): void {
    this.bytes.byte(Op.i32Const);
    this.bytes.signed(value);
  }
  const64(low: number, high: number): void {
    this.bytes.byte(Op.i64Const);
    this.bytes.signed64(low, high);
  }
  /** A constant of f64 or f32. */
  float(value: number, double: boolean): void {
    const bytes = new Uint8Array(double ? 8 : 4);
    const view = new DataView(bytes.buffer);
    if (double) view.setFloat64(0, value, true);
    else view.setFloat32(0, value, true);
    this.bytes.byte(double ? Op.f64Const : Op.f32Const);
    this.bytes.append(bytes);
  }
  /** A load or a store at an address plus `offset`. */
  memory(opcode: number, offset: number): void {
    this.bytes.byte(opcode);
    // The alignment is a hint; 0 is always right.
    this.bytes.byte(0);
    this.bytes.unsigned(offset);
  }
  /** An opcode behind the prefix FDh, with the offset of a load or store. */
  simdMemory(opcode: number, offset: number): void {
    this.simd(opcode);
    this.bytes.byte(0);
    this.bytes.unsigned(offset);
  }
  /** An opcode behind the prefix FDh. */
  simd(opcode: number): void {
    this.bytes.byte(0xfd);
    this.bytes.unsigned(opcode);
  }
  /** MEMORY.COPY (10) or MEMORY.FILL (11) of the only memory. */
  bulk(opcode: 10 | 11): void {
    this.bytes.byte(0xfc);
    this.bytes.byte(opcode);
    this.bytes.byte(0);
    if (opcode === 10) this.bytes.byte(0);
  }
  call(index: number): void {
    this.bytes.byte(Op.call);
    this.bytes.unsigned(index);
  }

  /** Calls what stands in the only table at the place on the stack. @param signature its index in the module */
  callIndirect(signature: number): void {
    this.bytes.byte(Op.callIndirect);
    this.bytes.unsigned(signature);
    this.bytes.byte(0);
  }
  /** Calls another function in the place of this one. */
  returnCall(index: number): void {
    this.bytes.byte(Op.returnCall);
    this.bytes.unsigned(index);
  }
  /** The same as `callIndirect`. */
  returnCallIndirect(signature: number): void {
    this.bytes.byte(Op.returnCallIndirect);
    this.bytes.unsigned(signature);
    this.bytes.byte(0);
  }

  block(type: ValueType | typeof Type.none = Type.none): Label {
    return this.open(Op.block, type);
  }
  loop(): Label {
    return this.open(Op.loop, Type.none);
  }
  if(type: ValueType | typeof Type.none = Type.none): Label {
    return this.open(Op.if, type);
  }
  else(): void {
    this.bytes.byte(Op.else);
  }
  end(): void {
    this.bytes.byte(Op.end);
    this.depth--;
  }
  branch(to: Label): void {
    this.bytes.byte(Op.br);
    this.bytes.unsigned(this.depth - to.level);
  }
  branchIf(to: Label): void {
    this.bytes.byte(Op.brIf);
    this.bytes.unsigned(this.depth - to.level);
  }
  branchTable(labels: readonly Label[], otherwise: Label): void {
    this.bytes.byte(Op.brTable);
    this.bytes.unsigned(labels.length);
    for (const label of [...labels, otherwise]) this.bytes.unsigned(this.depth - label.level);
  }

  /** Its local variables, as the code section of a module has them before the code. */
  locals(): Bytes {
    const head = new Bytes();
    // Runs of locals of one type.
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.types) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    head.unsigned(runs.length);
    for (const { type, count } of runs) {
      head.unsigned(count);
      head.byte(type);
    }
    return head;
  }

  private open(opcode: number, type: number): Label {
    this.bytes.byte(opcode);
    this.bytes.byte(type);
    this.depth++;
    return { level: this.depth };
  }
}
