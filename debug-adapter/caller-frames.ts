/**
 * What a step has to know of the frames around it: where it goes when the innermost function returns, and how the machine tells the frames from
 * others, for a call may be left without a return (longjmp): the step goes on in one of them then.
 */
import { CALLER_ROW, type FrameRules, IN_EXTENT } from '../core/protocol/machine-protocol.ts';
import type { Resolved } from './coroutines.ts';
import { type Frame, stackPointer } from './frame.ts';

/** Where a frame returns to, and the ESP that its caller will have. */
export interface Caller {
  readonly pc: number;
  readonly stack: number;
}

/** Frames, and rows of their code, that are told to the machine. */
const MOST_FRAMES = 64;
const MOST_ROWS = 2048;
/** Columns of `SymbolImage.cfaRows`. */
const ROW = 4;

const isCode = ({ kind }: Frame) => kind === 'code';

/** @param frames of a coroutine, innermost first */
export function callerIn(frames: readonly Frame[]): Caller | undefined {
  const inner = frames.find(isCode)?.depth ?? 0;
  const caller = frames.find((frame) => isCode(frame) && frame.depth > inner);
  return caller && { pc: caller.pc, stack: stackPointer(caller) };
}

/**
 * How the frames of a stack are told from others.
 * @param frames innermost first
 * @param own the innermost one, too
 * @returns rows as of `StepSpec.callers`; nothing when nothing is known of any
 */
export function rulesOf(frames: readonly Frame[], own: boolean): Uint32Array | undefined {
  const inner = frames.find(isCode)?.depth ?? 0;
  const rows: number[] = [];
  let depth = own ? inner - 1 : inner;
  for (const frame of frames) {
    // Inlined calls are in the code of their function.
    if (!isCode(frame) || frame.depth <= depth) continue;
    depth = frame.depth;
    addRules(frame, rows);
    if (rows.length > MOST_ROWS * CALLER_ROW || depth - inner >= MOST_FRAMES) break;
  }
  return rows.length === 0 ? undefined : Uint32Array.from(rows.slice(0, MOST_ROWS * CALLER_ROW));
}

function addRules(frame: Frame, to: number[]): void {
  const { resolved, lookupPc, cfa } = frame;
  const fn = resolved?.image.functionAt((lookupPc - resolved.bias) >>> 0);
  if (!resolved || !fn || cfa === undefined) return;
  const { image, bias } = resolved;
  const rows = image.cfaRows(fn.lowPc);
  if (rows)
    for (let at = 0; at < rows.length; at += ROW)
      to.push(rows[at] + bias, rows[at + 1] + bias, rows[at + 2], rows[at + 3], cfa);
  // What has its CFA in memory, as functions that align their stack, or has no such information.
  else
    for (const { low, high } of fn.ranges)
      to.push(low + bias, high + bias, IN_EXTENT, stackPointer(frame), cfa);
}

/** How the frame of a function is told, by the registers of the processor in it; `undefined` where the debug information does not say. */
export function ownRules(
  { image, bias }: Resolved,
  entry: number,
  pc: number,
  general: ArrayLike<number>,
): FrameRules | undefined {
  const linked = image.cfaRows(entry);
  if (!linked) return undefined;
  const rows = Uint32Array.from(linked);
  let cfa: number | undefined;
  for (let at = 0; at < rows.length; at += ROW) {
    if (pc >= rows[at] && pc < rows[at + 1]) cfa = (general[rows[at + 2]] + rows[at + 3]) >>> 0;
    rows[at] += bias;
    rows[at + 1] += bias;
  }
  return cfa === undefined ? undefined : { cfa, rows };
}

/**
 * May code call? A look at its bytes as they are linked: opcodes of calls (SDM vol. 2A, CALL) may also be other bytes, but none is missed.
 * @param ranges run-time addresses
 */
export function mayCall({ image, bias }: Resolved, ranges: readonly (readonly [number, number])[]): boolean {
  return ranges.some(([low, high]) => {
    const bytes = image.linkedBytes((low - bias) >>> 0, high - low);
    return !bytes || bytes.some((byte, n) => isCall(byte, bytes[n + 1] ?? 0));
  });
}

/** The prefixes of SDM vol. 2A, 2.1.1, that a call may have: its operand's and address's size, segments, BND and NOTRACK. */
const PREFIXES: readonly number[] = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2];

/** Is the instruction at a run-time address a call? One whose bytes are not known may be. */
export function callsAt({ image, bias }: Resolved, pc: number): boolean {
  const bytes = image.linkedBytes((pc - bias) >>> 0, LONGEST_START);
  if (!bytes) return true;
  const at = bytes.findIndex((byte) => !PREFIXES.includes(byte));
  return at < 0 || at + 1 >= bytes.length || isCall(bytes[at]!, bytes[at + 1]!);
}

/** Prefixes, an opcode and ModRM: more of them do nothing that one has not done. */
const LONGEST_START = 8;

function isCall(opcode: number, modrm: number): boolean {
  const digit = (modrm >> 3) & 7;
  return opcode === 0xe8 || opcode === 0x9a || (opcode === 0xff && (digit === 2 || digit === 3));
}
