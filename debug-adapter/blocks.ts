/**
 * The functions that the code at an address belongs to, as a person sees them: inlined calls are functions of their own, though
 * the processor knows nothing of them. Innermost first.
 *
 * Optimised code begins several functions at one address, and the line table has a row for each. Which of them a stop there is
 * in, the row says: an inlined call whose code begins here has not been entered while a line of its caller is shown.
 */
import type { Resolved } from './coroutines.ts';
import type { FunctionInfo, LineInfo, SourcePosition, SymbolImage } from './symbols/image.ts';

/** A function or an inlined call. */
export interface Block {
  /** Its entry in the debug information: the same for all addresses of it. */
  readonly id: number;
  readonly name: string;
  /** Run-time addresses of its code. */
  readonly ranges: [number, number][];
  /** How many inlined calls are inside it at this address. */
  readonly inlineDepth: number;
  /** Where an inlined call is made. */
  readonly call: SourcePosition | undefined;
  readonly inlined: boolean;
}

/** Which of several functions that begin at one address is shown: a block by its id, or the one that a line belongs to. */
export interface Shown {
  readonly block?: number;
  readonly line?: number;
}

export interface Visible {
  /** All of them, whether they have been entered or not. */
  readonly chain: readonly Block[];
  /** Those that are shown. */
  readonly blocks: readonly Block[];
  readonly line: LineInfo | undefined;
  /** A statement of a known line begins exactly here, in the innermost of the blocks. */
  readonly isStatement: boolean;
}

const NOTHING: Visible = { chain: [], blocks: [], line: undefined, isStatement: false };

type Declared = Block & { readonly declaration: SourcePosition | undefined };

/** The latest of each function, for its image's place: a stop asks for the same one several times. */
const chains = new WeakMap<FunctionInfo, { readonly bias: number; readonly chain: readonly Declared[] }>();

function chainOf(fn: FunctionInfo, bias: number): readonly Declared[] {
  const known = chains.get(fn);
  if (known?.bias === bias) return known.chain;
  const chain = declaredIn(fn, bias);
  chains.set(fn, { bias, chain });
  return chain;
}

function declaredIn(fn: FunctionInfo, bias: number): Declared[] {
  const shifted = (ranges: FunctionInfo['ranges']): [number, number][] =>
    ranges.map(({ low, high }) => [(low + bias) >>> 0, (high + bias) >>> 0]);
  return [
    ...fn.inlined.map(({ dieOffset, name, ranges, call, declaration }, inlineDepth) => ({
      ...{ id: dieOffset, name, ranges: shifted(ranges), inlineDepth, call, declaration },
      inlined: true,
    })),
    {
      ...{ id: fn.dieOffset ?? -fn.lowPc, name: fn.name, ranges: shifted(fn.ranges) },
      ...{ inlineDepth: fn.inlined.length, call: undefined, declaration: fn.declaration, inlined: false },
    },
  ];
}

/** Which function of a chain a line belongs to: the last that is declared at or before it in its file. */
function ownerOf(chain: readonly Declared[], { file, line }: SourcePosition): number {
  let owner = -1;
  let declared = -1;
  let known = false;
  chain.forEach(({ declaration }, n) => {
    if (!declaration || declaration.file !== file) return;
    known = true;
    if (declaration.line > line || declaration.line <= declared) return;
    owner = n;
    declared = declaration.line;
  });
  // A body that comes from another file than its head, or assembly.
  return known ? owner : 0;
}

/** Places of an image that are kept; when there are more, all are forgotten. */
const MOST = 2048;

/** What is visible at the places of an image, without a wish which of several functions is shown: all stops at one ask for it. */
const known = new WeakMap<SymbolImage, Map<number, { readonly bias: number; readonly visible: Visible }>>();

/**
 * @param pc run-time address
 * @param exact the processor is there; else `pc` only lies in the code that is meant
 * @param shown without it, the innermost function that a statement begins here in
 */
export function visibleAt(resolved: Resolved | undefined, pc: number, exact = true, shown?: Shown): Visible {
  if (!resolved) return NOTHING;
  const { image, bias } = resolved;
  const link = (pc - bias) >>> 0;
  const usual = usuallyAt(image, bias, link, exact);
  if (shown?.block === undefined && shown?.line === undefined) return usual;
  const isWanted =
    usual.isStatement && (usual.line?.line === shown.line || usual.blocks.at(0)?.id === shown.block);
  return isWanted ? usual : look(image, bias, link, exact, shown);
}

/** The same without a wish. */
function usuallyAt(image: SymbolImage, bias: number, link: number, exact: boolean): Visible {
  let places = known.get(image);
  if (!places) known.set(image, (places = new Map()));
  const key = link * 2 + Number(exact);
  const found = places.get(key);
  if (found?.bias === bias) return found.visible;
  const visible = look(image, bias, link, exact, {});
  if (places.size >= MOST) places.clear();
  places.set(key, { bias, visible });
  return visible;
}

function look(image: SymbolImage, bias: number, link: number, exact: boolean, shown: Shown): Visible {
  const pc = (link + bias) >>> 0;
  const fn = image.functionAt(link);
  const chain = fn ? chainOf(fn, bias) : [];
  const line = image.lineAt(link);
  const rows = exact ? image.rowsAt(link) : [];
  if (chain.length === 0)
    return { chain, blocks: chain, line, isStatement: rows.length > 0 && line !== undefined && isLine(line) };
  /** Only inlined calls that begin here may still lie ahead. */
  const entered = chain.findIndex(({ ranges }) => ranges.every((range) => range[0] !== pc));
  const statements = rows
    .filter(isLine)
    .map((row) => ({ row, owner: ownerOf(chain, row) }))
    .filter(({ owner }) => owner >= 0 && (owner <= entered || entered < 0));
  const wanted = statements
    .filter(({ row, owner }) => row.line === shown.line || chain[owner].id === shown.block)
    .at(-1);
  const found = wanted ?? statements.at(-1);
  if (!found) return { chain, blocks: chain, line, isStatement: false };
  return { chain, blocks: chain.slice(found.owner), line: found.row, isStatement: true };
}

const isLine = ({ line, isStatement }: LineInfo): boolean => isStatement && line > 0;
