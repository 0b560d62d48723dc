/**
 * Disassembly with what symbols say of it: the function that begins at an instruction, its place in the source, the name of
 * where a jump goes.
 */
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import type { Coroutines } from './coroutines.ts';
import { disassemble, type DisassembledLine } from './disassembly.ts';
import type { MemoryCache } from './memory-cache.ts';
import { symbolText } from './symbol-text.ts';
import type { SourcePosition } from './symbols/image.ts';

export interface ListedInstruction extends DisassembledLine {
  /** The function whose first instruction this is. */
  readonly symbol: string | undefined;
  /** The source line that begins here. */
  readonly position: SourcePosition | undefined;
}

/** The part of a debuggee that listings need. */
export interface Listed {
  readonly coroutines: Coroutines;
  readonly memory: MemoryCache;
}

/** D/B of a code segment's attributes: operands and addresses of 32 bits (SDM vol. 3A, 3.4.5). */
const DEFAULT_32 = 0x4000;

/** Bits of the code at which a coroutine is. */
export function codeBits(coroutines: Coroutines, owner: CoroutineId): 16 | 32 {
  const wide =
    owner !== coroutines.current || (coroutines.snapshot.cpu.segments[1].attributes & DEFAULT_32) !== 0;
  return wide ? 32 : 16;
}

/**
 * `count` instructions, the first of them `offset` instructions from `anchor` (negative: before it).
 * @param cr3 of another address space than that which the owner has now
 */
export async function listing(
  { coroutines, memory }: Listed,
  owner: CoroutineId,
  anchor: number,
  offset: number,
  count: number,
  cr3?: number,
): Promise<ListedInstruction[]> {
  const boundary = (address: number) => {
    const resolved = coroutines.resolve(owner, address, cr3);
    const link = resolved && (address - resolved.bias) >>> 0;
    if (!resolved || link === undefined) return undefined;
    const low = resolved.image.lineAt(link)?.low ?? resolved.image.functionAt(link)?.lowPc;
    return low === undefined ? undefined : (low + resolved.bias) >>> 0;
  };
  const bits = codeBits(coroutines, owner);
  const lines = await memory.compute(() =>
    disassemble(memory.reader(owner, cr3), anchor, offset, count, bits, boundary),
  );
  return lines.map((line) => listed(coroutines, owner, line, cr3));
}

function listed(
  coroutines: Coroutines,
  owner: CoroutineId,
  line: DisassembledLine,
  cr3: number | undefined,
): ListedInstruction {
  const resolved = coroutines.resolve(owner, line.address, cr3);
  const link = resolved ? (line.address - resolved.bias) >>> 0 : line.address;
  const at = resolved?.image.lineAt(link);
  const fn = resolved?.image.functionAt(link);
  const target = line.target === undefined ? undefined : symbolText(coroutines, owner, line.target, cr3);
  return {
    ...line,
    text: target === undefined ? line.text : `${line.text} <${target}>`,
    symbol: fn?.lowPc === link ? fn.name : undefined,
    position: at && at.line > 0 && at.low === link ? at : undefined,
  };
}
