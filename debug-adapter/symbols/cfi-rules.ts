/**
 * The rules by which a caller's registers are found from its callee's, and where each of them is saved. Source: DWARF 5 §6.4.1.
 */
import { I386 } from './constants.ts';
import { PASSING } from './known-callers.ts';
import { evaluateNumber, type ExpressionScope } from './expression.ts';
import { type Home, inRegister, type MemoryReader, type Registers, wordOf } from './location.ts';

/** How one register of the caller is found. */
export type RegisterRule =
  | { kind: 'undefined' }
  | { kind: 'same' }
  | { kind: 'offset'; offset: number }
  | { kind: 'valueOffset'; offset: number }
  | { kind: 'register'; register: number }
  | { kind: 'expression'; bytes: Uint8Array }
  | { kind: 'valueExpression'; bytes: Uint8Array };

export type CfaRule =
  | { kind: 'register'; register: number; offset: number }
  | { kind: 'expression'; bytes: Uint8Array }
  | undefined;

export interface FrameRow {
  cfa: CfaRule;
  /** By DWARF number; absent where nothing was said. */
  rules: ReadonlyMap<number, RegisterRule>;
  returnRegister: number;
  /** An interrupt or signal frame ("S"): its caller's pc is the interrupted instruction, not a return address. */
  signalFrame: boolean;
  /** The same, when it is as compilers write nearly all of them. */
  plain: PlainRow | undefined;
}

/** A CFA behind a register, and registers that are saved in the frame: nothing of it needs the stack machine. */
export interface PlainRow {
  readonly register: number;
  readonly offset: number;
  /** By DWARF number, and how far from the CFA each of them lies. */
  readonly saved: readonly { readonly target: number; readonly offset: number }[];
  /** `UnwindSource.handsOn` */
  readonly handsOn: readonly number[] | undefined;
}

export interface UnwoundFrame {
  cfa: number;
  /** The caller's registers, eip being the return address; undefined where they cannot be recovered. */
  registers: (number | undefined)[];
  /** Where each of them is: in memory, or still in a register of the callee; undefined for what is computed or lost. */
  homes: (Home | undefined)[];
  signalFrame: boolean;
}

/** @returns undefined for a row that is not plain */
export function plainRow({ cfa, rules, returnRegister }: Omit<FrameRow, 'plain'>): PlainRow | undefined {
  if (cfa?.kind !== 'register') return undefined;
  const saved: { readonly target: number; readonly offset: number }[] = [];
  for (const [register, rule] of rules) {
    if (rule.kind !== 'offset') return undefined;
    saved.push({ target: register === returnRegister ? I386.eip : register, offset: rule.offset });
  }
  const handsOn = PASSING.filter((number) => saved.every(({ target }) => target !== number));
  return {
    register: cfa.register,
    offset: cfa.offset,
    saved,
    handsOn: PASSING.includes(cfa.register) ? undefined : handsOn,
  };
}

/** `unwindWith` for a plain row: plain loops, for each frame of each stop comes by. */
function unwindPlain(
  { register, offset, saved }: PlainRow,
  signalFrame: boolean,
  registers: Registers,
  readMemory: MemoryReader,
): UnwoundFrame | undefined {
  const base = registers[register];
  if (base === undefined) return undefined;
  const cfa = (base + offset) >>> 0;
  const caller = registers.slice();
  const homes: (Home | undefined)[] = [];
  for (let number = 0; number < caller.length; number++) homes.push(inRegister(number));
  caller[I386.esp] = cfa;
  homes[I386.esp] = undefined;
  caller[I386.eip] = undefined;
  homes[I386.eip] = undefined;
  for (const one of saved) {
    const address = (cfa + one.offset) >>> 0;
    const bytes = readMemory(address, 4);
    caller[one.target] = bytes?.length === 4 ? wordOf(bytes) : undefined;
    homes[one.target] = { kind: 'memory', address };
  }
  return { cfa, registers: caller, homes, signalFrame };
}

/**
 * The caller's registers by the rules of `row`. Registers nothing is said of keep their value, as the i386
 * psABI has it for saved ones. Undefined when the CFA cannot be computed.
 */
export function unwindWith(
  row: FrameRow,
  registers: Registers,
  readMemory: MemoryReader,
): UnwoundFrame | undefined {
  if (row.plain) return unwindPlain(row.plain, row.signalFrame, registers, readMemory);
  const scope = (initial: readonly number[]): ExpressionScope => ({
    frame: { registers, pc: registers[I386.eip] ?? 0, cfa: () => undefined, readMemory },
    frameBase: () => undefined,
    addressAt: () => 0,
    baseType: () => undefined,
    initial,
  });
  const cfa = cfaOf(row, registers, scope);
  if (cfa === undefined) return undefined;
  const load = (address: number): number | undefined => {
    const bytes = readMemory(address >>> 0, 4);
    return bytes && bytes.length === 4 ? wordOf(bytes) : undefined;
  };
  const caller = registers.slice();
  const homes: (Home | undefined)[] = [];
  for (let number = 0; number < caller.length; number++) homes.push(inRegister(number));
  const put = (target: number, value: number | undefined, home?: Home) => {
    caller[target] = value;
    homes[target] = home;
  };
  const putSaved = (target: number, address: number) => {
    put(target, load(address), { kind: 'memory', address: address >>> 0 });
  };
  put(I386.esp, cfa);
  put(I386.eip, undefined);
  for (const [register, rule] of row.rules) {
    const target = register === row.returnRegister ? I386.eip : register;
    switch (rule.kind) {
      case 'undefined':
        put(target, undefined);
        break;
      case 'same':
        put(target, registers[register], inRegister(register));
        break;
      case 'offset':
        putSaved(target, cfa + rule.offset);
        break;
      case 'valueOffset':
        put(target, (cfa + rule.offset) >>> 0);
        break;
      case 'register':
        put(target, registers[rule.register], inRegister(rule.register));
        break;
      case 'expression': {
        const address = evaluateNumber(rule.bytes, scope([cfa]));
        if (address === undefined) put(target, undefined);
        else putSaved(target, address);
        break;
      }
      case 'valueExpression':
        put(target, evaluateNumber(rule.bytes, scope([cfa])));
        break;
    }
  }
  return { cfa, registers: caller, homes, signalFrame: row.signalFrame };
}

function cfaOf(
  row: FrameRow,
  registers: Registers,
  scope: (initial: readonly number[]) => ExpressionScope,
): number | undefined {
  if (!row.cfa) return undefined;
  if (row.cfa.kind === 'expression') return evaluateNumber(row.cfa.bytes, scope([]));
  const base = registers[row.cfa.register];
  return base === undefined ? undefined : (base + row.cfa.offset) >>> 0;
}
