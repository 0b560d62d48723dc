/**
 * The body of one WebAssembly function while it is written. Branches name labels; their depths are counted here.
 */
import { Bytes, fillGap, type Range } from './bytes.ts';
import { Op, Type, type ValueType } from './opcodes.ts';

/** Where a branch may go: the end of a block, or the head of a loop. */
export interface Label {
  readonly level: number;
}

/** What a gap is filled with when a module is made of the code. */
export const Gap = {
  /** The index of an imported function. Its value is the number of a symbol. */
  Symbol: 0,
  /** The place of the function among the translations; its value is not used. */
  Place: 1,
  /** A call of the interpreter (`siteOf`). Its value is the number of the site in the function. */
  Site: 2,
} as const;
export type Gap = (typeof Gap)[keyof typeof Gap];

/** A number in the code that depends on the module or on the place which it gets there. */
export interface CodeGap {
  readonly kind: Gap;
  readonly value: number;
  /** Offset of its five bytes. */
  readonly at: number;
}

/** Room for most regions: each time that there is too little, all is copied. */
const CAPACITY = 8192;

export class Code {
  readonly bytes = new Bytes(CAPACITY);
  private readonly types: ValueType[] = [];
  private gaps: CodeGap[] = [];
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

  /** The same for a function that gets its index when a module is made. @param symbol its number */
  callSymbol(symbol: number): void {
    this.bytes.byte(Op.call);
    this.gap(Gap.Symbol, symbol);
  }
  returnCallSymbol(symbol: number): void {
    this.bytes.byte(Op.returnCall);
    this.gap(Gap.Symbol, symbol);
  }
  /** A constant that depends on the place of the function. */
  constOf(kind: typeof Gap.Place | typeof Gap.Site, value = 0): void {
    this.bytes.byte(Op.i32Const);
    this.gap(kind, value);
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

  /** Takes ranges out, which are in order and without gaps. */
  cut(ranges: readonly Range[]): void {
    this.bytes.cut(ranges);
    let cut = 0;
    let next = 0;
    this.gaps = this.gaps.map(({ kind, value, at }) => {
      for (let range = ranges[next]; range && range.to <= at; range = ranges[++next])
        cut += range.to - range.from;
      return { kind, value, at: at - cut };
    });
  }

  /** Fills its gaps, where the code is only looked at. */
  fill(valueOf: (gap: CodeGap) => number): void {
    for (const gap of this.gaps) fillGap(this.bytes.view(), gap.at, valueOf(gap));
  }

  /** The whole function, as the code section of a module has it behind its size, with its gaps. */
  body(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly gaps: readonly CodeGap[] } {
    const locals = this.locals();
    const bytes = new Uint8Array(locals.length + this.bytes.length + 1);
    bytes.set(locals.view());
    bytes.set(this.bytes.view(), locals.length);
    bytes[bytes.length - 1] = Op.end;
    return { bytes, gaps: this.gaps.map((gap) => ({ ...gap, at: gap.at + locals.length })) };
  }

  /** Its local variables, as they stand before the code. */
  private locals(): Bytes {
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

  private gap(kind: Gap, value: number): void {
    this.gaps.push({ kind, value, at: this.bytes.gap() });
  }
  private open(opcode: number, type: number): Label {
    this.bytes.byte(opcode);
    this.bytes.byte(type);
    this.depth++;
    return { level: this.depth };
  }
}
