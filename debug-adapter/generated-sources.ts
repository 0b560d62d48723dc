/**
 * Text for code whose source is not there: one document of disassembly for each function, or for the surroundings of an
 * address that belongs to none. A document keeps its number (DAP `sourceReference`) and its lines for the whole session.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import { say, type Sentence, tell, type Translate } from '../core/sentences/say.ts';
import type { Coroutines } from './coroutines.ts';
import { type Listed, listing, type ListedInstruction } from './listing.ts';
import { bytesText, hex } from './registers.ts';
import { type Soon, whenThere } from './soon.ts';
import type { Frame } from './frame.ts';

/** Most instructions of a document: a function that is longer is cut off. */
const MAX_INSTRUCTIONS = 5000;
/** Instructions around an address that no function has. */
const AROUND = 64;
/** Columns of the bytes of an instruction; longer ones push their text to the right. */
const BYTES_WIDTH = 8 * 3;

interface GeneratedDocument {
  readonly source: DebugProtocol.Source;
  readonly coroutine: CoroutineId;
  readonly cr3: number | undefined;
  readonly text: string;
  /** Line, from 1, of each instruction by address. */
  readonly lines: ReadonlyMap<number, number>;
  /** Behind the last instruction. */
  readonly end: number;
}

/** A document, and the line of an address in it. */
export interface GeneratedPlace {
  readonly source: DebugProtocol.Source;
  readonly line: number;
}

export class GeneratedSources {
  private readonly documents: GeneratedDocument[] = [];

  /** @param onNew hears of each document when it is made */
  constructor(
    private readonly onNew: (source: DebugProtocol.Source) => void,
    private readonly translate: Translate,
  ) {}

  /** The text of a document. */
  textOf(sourceReference: number): string | undefined {
    return this.documents[sourceReference - 1]?.text;
  }

  /** The instruction at a line of a document, or the first below it. */
  instructionAt(
    sourceReference: number,
    line: number,
  ): { readonly address: number; readonly coroutine: CoroutineId } | undefined {
    const document = this.documents[sourceReference - 1];
    for (const [address, at] of document?.lines ?? [])
      if (document && at >= line) return { address, coroutine: document.coroutine };
    return undefined;
  }

  get all(): DebugProtocol.Source[] {
    return this.documents.map(({ source }) => source);
  }

  /** The place of a frame's instruction, in a document that is made if there is none. */
  placeOf(machine: Listed, frame: Frame): Soon<GeneratedPlace> {
    const { coroutine, lookupPc } = frame;
    for (const one of this.documents) {
      if (one.coroutine !== coroutine || one.cr3 !== frame.cr3) continue;
      const line = nearest(one, lookupPc);
      if (line > 0) return { source: one.source, line };
    }
    return whenThere(this.make(machine, frame), (document) => ({
      source: document.source,
      line: Math.max(1, nearest(document, lookupPc)),
    }));
  }

  private async make(machine: Listed, frame: Frame): Promise<GeneratedDocument> {
    const { coroutine, pc } = frame;
    const { name, lines, missing } = await codeAround(machine, frame);
    const told = (sentence: Sentence) => tell(sentence, this.translate);
    const source: DebugProtocol.Source = {
      name: `${name}.s`,
      sourceReference: this.documents.length + 1,
      origin: told(missing === undefined ? say`disassembly` : say`disassembly: ${missing} is not there`),
    };
    const title = machine.coroutines.title(coroutine);
    const heading = [`# ${told(say`${title}: ${name} at ${hex(lines[0]?.address ?? pc)}`)}`];
    // A client cannot open it: its lines are told by its name alone.
    if (missing !== undefined)
      heading.push(
        `# ${told(say`The source ${missing} is not there. Open the folder that has it, and a file with the same end of its path is found.`)}`,
      );
    const document = { source, coroutine, cr3: frame.cr3, ...render(heading, lines) };
    this.documents.push(document);
    this.onNew(source);
    return document;
  }
}

/** The instructions of a frame's function, and the source file that is not there. */
async function codeAround(machine: Listed, frame: Frame) {
  const { coroutine, lookupPc, pc, cr3 } = frame;
  const range = functionRange(machine.coroutines, coroutine, lookupPc, cr3);
  const missing = frame.position?.file;
  if (!range)
    return { name: hex(pc), missing, lines: await listing(machine, coroutine, pc, -AROUND, 2 * AROUND, cr3) };
  const { name, low, high } = range;
  const count = Math.min(high - low, MAX_INSTRUCTIONS);
  const lines = await listing(machine, coroutine, low, 0, count, cr3);
  return { name, missing, lines: lines.filter(({ address }) => address < high) };
}

/** The contiguous code of the function at an address, as it runs. */
export function functionRange(
  coroutines: Coroutines,
  coroutine: CoroutineId,
  address: number,
  cr3?: number,
): { name: string; low: number; high: number } | undefined {
  const resolved = coroutines.resolve(coroutine, address, cr3);
  if (!resolved) return undefined;
  const link = (address - resolved.bias) >>> 0;
  const fn = resolved.image.functionAt(link);
  const range = fn?.ranges.find(({ low, high }) => link >= low && link < high);
  if (!fn || !range) return undefined;
  return { name: fn.name, low: range.low + resolved.bias, high: range.high + resolved.bias };
}

/** A comment line before each source line, a label at each function, then address, bytes and text of instructions. */
function render(heading: readonly string[], instructions: readonly ListedInstruction[]) {
  const text = [...heading, ''];
  const lines = new Map<number, number>();
  for (const { address, bytes, text: instruction, symbol, position } of instructions) {
    if (symbol !== undefined) text.push(`${symbol}:`);
    if (position) text.push(`# ${position.file.replace(/^.*[\\/]/, '')}:${position.line}`);
    lines.set(address, text.push(`${hex(address)}  ${bytesText(bytes).padEnd(BYTES_WIDTH)}  ${instruction}`));
  }
  const last = instructions.at(-1);
  const end = last ? last.address + Math.max(1, last.bytes.length) : 0;
  return { text: text.join('\n') + '\n', lines, end };
}

/** The line of the instruction at an address or right before it; 0 when the address is in no instruction. */
function nearest({ lines, end }: GeneratedDocument, address: number): number {
  if (address >= end) return 0;
  // A caller is looked up one byte before its return address, in the middle of its call.
  for (let back = 0; back < 15; back++) {
    const line = lines.get(address - back);
    if (line !== undefined) return line;
  }
  return 0;
}
