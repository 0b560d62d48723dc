/** A function's body as WebAssembly text (Core Specification, chapter 6), for people who look at what was translated. */
import { Op, Type } from './opcodes.ts';

const WORDS: Record<string, string> = {
  ...{ brIf: 'br_if', brTable: 'br_table', callIndirect: 'call_indirect' },
  ...{ returnCall: 'return_call', returnCallIndirect: 'return_call_indirect' },
};
/** `i32Load8U` is `i32.load8_u`. */
function textOf(name: string): string {
  if (name in WORDS) return WORDS[name]!;
  const [, type, rest] = /^(i32|i64|f32|f64|local)([A-Z].*)$/.exec(name) ?? [];
  if (type === undefined || rest === undefined) return name;
  const word = rest
    .replace(/^(Wrap|Extend)(I64|I32)/, (_, verb: string, from: string) => `${verb}_${from}`)
    .replace(/(?<!^)([SU])$/, '_$1');
  return `${type}.${word.toLowerCase()}`;
}
const NAMES = new Map(Object.entries(Op).map(([name, opcode]) => [opcode as number, textOf(name)]));
const TYPES = new Map(Object.entries(Type).map(([name, type]) => [type as number, name]));
const PREFIX_BULK = 0xfc;
const PREFIX_SIMD = 0xfd;
/** SIMD opcodes with a memory operand: v128.load … v128.store, and the loads and stores of lanes and zeros. */
const isSimdMemory = (opcode: number) => opcode <= 11 || (opcode >= 84 && opcode <= 93);
const isSimdLane = (opcode: number) => (opcode >= 21 && opcode <= 34) || (opcode >= 84 && opcode <= 91);

/** The lines of a body without its locals, indented by its blocks. */
export function wasmText(body: Uint8Array): string[] {
  let at = 0;
  const byte = () => body[at++] ?? 0;
  const number = (signed: boolean) => {
    let value = 0n;
    let shift = 0n;
    let last;
    do {
      last = byte();
      value |= BigInt(last & 0x7f) << shift;
      shift += 7n;
    } while ((last & 0x80) !== 0 && shift < 70n);
    return signed && (last & 0x40) !== 0 ? value - (1n << shift) : value;
  };
  const unsigned = () => Number(number(false));
  const memory = () => {
    unsigned();
    const offset = unsigned();
    return offset === 0 ? '' : ` offset=${offset}`;
  };
  function operands(opcode: number): string {
    switch (opcode) {
      case Op.block:
      case Op.loop:
      case Op.if: {
        const type = byte();
        return type === Type.none ? '' : ` (result ${TYPES.get(type) ?? type})`;
      }
      case Op.br:
      case Op.brIf:
      case Op.call:
      case Op.returnCall:
      case Op.localGet:
      case Op.localSet:
      case Op.localTee:
        return ` ${unsigned()}`;
      case Op.callIndirect:
      case Op.returnCallIndirect:
        return ` (type ${unsigned()}) ${unsigned()}`;
      case Op.brTable:
        return ` ${Array.from({ length: unsigned() + 1 }, unsigned).join(' ')}`;
      case Op.i32Const:
      case Op.i64Const:
        return ` ${number(true)}`;
    }
    return opcode >= Op.i32Load && opcode <= Op.i32Store16 ? memory() : '';
  }
  function simd(opcode: number): string {
    let text = `simd ${opcode}`;
    if (isSimdMemory(opcode)) text += memory();
    if (opcode === 12 || opcode === 13) {
      text += ` ${[...body.subarray(at, at + 16)].join(' ')}`;
      at += 16;
    } else if (isSimdLane(opcode)) text += ` ${byte()}`;
    return text;
  }

  const lines: string[] = [];
  let depth = 0;
  while (at < body.length) {
    const opcode = byte();
    if (opcode === Op.end || opcode === Op.else) depth--;
    let text: string;
    if (opcode === PREFIX_SIMD) text = simd(unsigned());
    else if (opcode === PREFIX_BULK) {
      const bulk = unsigned();
      at += bulk === 10 ? 2 : 1;
      text = bulk === 10 ? 'memory.copy' : 'memory.fill';
    } else text = `${NAMES.get(opcode) ?? `?${opcode.toString(16)}`}${operands(opcode)}`;
    lines.push(`${'  '.repeat(Math.max(0, depth))}${text}`);
    if (opcode === Op.block || opcode === Op.loop || opcode === Op.if || opcode === Op.else) depth++;
  }
  return lines;
}
