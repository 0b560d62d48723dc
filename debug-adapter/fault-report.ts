/**
 * Why a fault happened, and why its handler could not run: the chain of causes with what the tables say. The state is that
 * before the first fault, so the tables are those that the processor has seen.
 */
import type { AccessKind } from '../core/protocol/debug-protocol.ts';
import type { CpuSnapshot, ExceptionInfo } from '../core/protocol/machine-protocol.ts';
import type { Debuggee } from './debuggee.ts';
import { decodeDescriptor, type Descriptor, describeDescriptor, gateProblem } from './descriptors.ts';
import { describeCause, isSelectorError, PAGE_FAULT, selectorOfError } from './exceptions.ts';
import { faultReason } from './page-words.ts';
import { joined, say, type Sentence } from '../core/sentences/say.ts';

/** One cause: what happened, and what the tables say of it. */
export interface CauseReport {
  readonly cause: ExceptionInfo;
  /** Name, address and error code in words. */
  readonly what: Sentence;
  /** Why, when it can be said. */
  readonly why: Sentence | undefined;
  /** How the processor came to where it happened, when that is no code. */
  readonly arrival?: Sentence | undefined;
}

type Request = Debuggee['request'];
const ENTRY = 8;
const SPACE = { kind: 'current' } as const;

/** An entry of a descriptor table; `undefined` outside of its limit and where it is not mapped. */
async function entryOf(
  request: Request,
  table: { readonly base: number; readonly limit: number },
  index: number,
): Promise<Descriptor | undefined> {
  const offset = index * ENTRY;
  if (offset + ENTRY - 1 > table.limit) return undefined;
  const address = (table.base + offset) >>> 0;
  const { bytes } = await request('readMemory', { space: SPACE, address, length: ENTRY });
  if (bytes.length < ENTRY) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return decodeDescriptor({ low: view.getUint32(0, true), high: view.getUint32(4, true) });
}

const tableOf = (cpu: CpuSnapshot, selector: number) =>
  (selector & 4) !== 0 ? { base: cpu.segments[6].base, limit: cpu.segments[6].limit } : cpu.gdt;
const selected = (request: Request, cpu: CpuSnapshot, selector: number) =>
  entryOf(request, tableOf(cpu, selector), selector >>> 3);

/** What a page fault's error code says of the access (SDM vol. 3A, figure 4-12). */
const accessOf = (code: number): AccessKind => ({
  kind: (code & 2) !== 0 ? 'write' : (code & 0x10) !== 0 ? 'execute' : 'read',
  user: (code & 4) !== 0,
});

async function pageFaultReason(
  request: Request,
  { errorCode, cr2 }: ExceptionInfo,
): Promise<Sentence | undefined> {
  const walk = await request('pageWalk', { space: SPACE, address: cr2, access: accessOf(errorCode) });
  const reason = faultReason(walk);
  if (reason !== undefined) return reason;
  return say`the tables allow this access now: they have changed, or a stale TLB entry was used`;
}

/** Why no handler of `vector` can be entered, by its gate. */
async function gateReason(request: Request, cpu: CpuSnapshot, vector: number): Promise<Sentence | undefined> {
  // In real mode there are no gates.
  if ((cpu.cr0 & 1) === 0) return undefined;
  const gate = await entryOf(request, cpu.idt, vector);
  if (!gate) {
    const beyond = vector * ENTRY + ENTRY - 1 > cpu.idt.limit;
    return beyond ? say`the IDT ends before vector ${vector}` : say`the IDT's entry ${vector} is not mapped`;
  }
  const target = 'selector' in gate ? await selected(request, cpu, gate.selector) : undefined;
  return gateProblem(gate, target, cpu.cpl);
}

async function selectorReason(
  request: Request,
  cpu: CpuSnapshot,
  errorCode: number,
): Promise<Sentence | undefined> {
  const { table, index } = selectorOfError(errorCode);
  if (table === 'idt') {
    const problem = await gateReason(request, cpu, index);
    return problem && say`gate ${index} of the IDT: ${problem}`;
  }
  if (index === 0 && table === 'gdt') return undefined;
  const selector = index * ENTRY + (table === 'ldt' ? 4 : 0);
  const entry = await selected(request, cpu, selector);
  const where = `0x${selector.toString(16).padStart(4, '0')}`;
  return entry
    ? say`selector ${where} is: ${describeDescriptor(entry)}`
    : say`selector ${where} lies outside of the ${table.toUpperCase()}`;
}

async function reasonOf(
  request: Request,
  cpu: CpuSnapshot,
  cause: ExceptionInfo,
): Promise<Sentence | undefined> {
  if (cause.vector === PAGE_FAULT) return pageFaultReason(request, cause);
  return isSelectorError(cause) ? selectorReason(request, cpu, cause.errorCode) : undefined;
}

/**
 * The causes of a stop, first cause first.
 * @param arrival how the processor came to where the first one happened
 */
export async function reportCauses(
  request: Request,
  cpu: CpuSnapshot,
  causes: readonly ExceptionInfo[],
  arrival?: Sentence,
): Promise<CauseReport[]> {
  const reports: CauseReport[] = [];
  for (const [n, cause] of causes.entries()) {
    const why = await reasonOf(request, cpu, cause);
    reports.push({ cause, what: describeCause(cause), why, arrival: n === 0 ? arrival : undefined });
  }
  return reports;
}

/** The chain of causes as lines: each one happened while the handler of the one before was being entered. */
export const causeText = (reports: readonly CauseReport[]): Sentence =>
  joined(
    reports.flatMap(({ what, why, arrival }, n) => {
      const indent = '  '.repeat(n);
      const happened = n === 0 ? what : say`its handler cannot be entered: ${what}`;
      const lines: Sentence[] = [joined([indent, happened], '')];
      if (why !== undefined) lines.push(joined([`${indent}  `, say`because ${why}`], ''));
      if (arrival !== undefined) lines.push(joined([`${indent}  `, arrival], ''));
      return lines;
    }),
    '\n',
  );
