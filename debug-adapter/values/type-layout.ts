/**
 * A type with its parts, as gdb's `ptype` shows it: members of structures, enumerators, what a typedef stands for. With their places, every
 * structure inside is shown with its members, and what lies between two of them.
 */
import type { CType, EnumType, Member, StructType } from '../symbols/types.ts';
import { sizeOfType, stripType } from '../symbols/types.ts';
import { typeName } from '../symbols/type-name.ts';

export interface LayoutLine {
  /** How many structures are around it. */
  readonly depth: number;
  /** In C; or what is said of a structure. */
  readonly text: string;
  /** Of a member. */
  readonly place?: Place;
}

interface Place {
  /** In bytes from the beginning of the outermost structure. */
  readonly offset: number;
  /** The first bit of a bit field in its byte. */
  readonly bit: number | undefined;
  /** In bytes; of a bit field, of its type. */
  readonly size: number;
}

/** What is said in words. */
export interface LayoutWords {
  readonly empty: string;
  readonly incomplete: string;
  readonly more: string;
  hole(bits: number): string;
  padding(bits: number): string;
}

/** Most lines of one type: damaged ones have no end. */
const MOST_LINES = 3000;
const MOST_DEPTH = 32;
/** Stands for the innermost type in a declaration. */
const CORE = '\0';

/** @param places whether every structure is shown with its members, and with what is between them */
export function layoutOf(type: CType, places: boolean, words: LayoutWords): LayoutLine[] {
  const lines: LayoutLine[] = [];
  const add = (depth: number, text: string, place?: Place) => {
    if (lines.length < MOST_LINES) lines.push({ depth, text, ...(place && { place }) });
    else if (lines.length === MOST_LINES) lines.push({ depth: 0, text: words.more });
  };

  /**
   * @param declarator what is declared: `next;`, or nothing
   * @param show as in gdb: 1 for what was asked for, less inside; nothing has its parts below 0
   */
  function declare(
    declared: CType,
    declarator: string,
    ending: string,
    show: number,
    depth: number,
    place?: Place,
  ) {
    const { core, whole } = coreOf(declared, show > 0);
    const [before = '', behind = ''] = typeName(whole, declarator).split(CORE);
    const isStruct = core.kind === 'struct' || core.kind === 'union';
    const tail = behind + ending;
    if (isStruct && hasBody(core, declared, show) && depth < MOST_DEPTH) {
      add(depth, `${before}${headOf(core)} {`, place);
      body(core, show - 1, depth + 1, place?.offset ?? 0);
      add(depth, `}${tail}`);
    } else if (core.kind === 'enum' && (show > 0 || core.name === undefined)) {
      const parts = show < 0 ? '...' : enumerators(core);
      add(depth, `${before}${headOf(core)} {${parts}}${tail}`, place);
    } else {
      add(depth, typeName(show > 0 ? resolved(declared) : declared, declarator) + ending, place);
    }
  }

  function hasBody(core: StructType, declared: CType, show: number): boolean {
    if (places) return show > 0 || !leadsElsewhere(declared);
    return show > 0 || (show === 0 && core.name === undefined);
  }

  function body(struct: StructType, show: number, depth: number, base: number): void {
    if (struct.incomplete) {
      add(depth, words.incomplete);
      return;
    }
    if (struct.members.length === 0 && (struct.statics ?? []).length === 0) add(depth, words.empty);
    let end = 0;
    for (const member of struct.members) {
      // Base classes stand in the head; where they lie is told with the places, but of a virtual one only an object tells.
      if (member.isBase && !places) continue;
      if (member.place !== undefined) {
        add(depth, `virtual ${typeName(member.type)};`);
        continue;
      }
      const [first, last] = bitsOf(member);
      const counts = places && struct.kind === 'struct' && !member.variant;
      if (counts && first > end) add(depth, words.hole(first - end));
      end = Math.max(end, last);
      const bits = member.bitSize === undefined ? '' : ` : ${member.bitSize}`;
      const place = {
        offset: base + (member.bitSize === undefined ? member.offset : first >>> 3),
        bit: member.bitSize === undefined ? undefined : first & 7,
        size: sizeOfType(member.type),
      };
      declare(member.type, member.name ?? '', `${bits};`, show, depth, places ? place : undefined);
    }
    for (const { name, type: of } of struct.statics ?? []) add(depth, `static ${typeName(of, name)};`);
    if (places && struct.kind === 'struct' && struct.size * 8 > end && struct.members.length > 0)
      add(depth, words.padding(struct.size * 8 - end));
  }

  declare(type, '', '', 1, 0);
  return lines;
}

/** The first bit of a member, and the one behind its last. */
function bitsOf({ offset, bitOffset, bitSize, type }: Member): readonly [number, number] {
  const first = bitSize === undefined ? offset * 8 : (bitOffset ?? offset * 8);
  return [first, first + (bitSize ?? sizeOfType(type) * 8)];
}

/** `struct task`, or `struct` of one without a name; with the classes that it is made of. */
function headOf(type: StructType | EnumType): string {
  const bases = type.kind === 'enum' ? [] : type.members.filter(({ isBase }) => isBase);
  const name = type.scopedName ?? type.name;
  const head = name === undefined ? type.kind : `${type.kind} ${name}`;
  return bases.length === 0 ? head : `${head} : ${bases.map((base) => typeName(base.type)).join(', ')}`;
}

/** As the source counts them: a value is said where it is not the next one. */
function enumerators({ enumerators: all }: EnumType): string {
  let next = 0n;
  return all
    .map(({ name, value }) => {
      const said = value === next ? name : `${name} = ${value}`;
      next = value + 1n;
      return said;
    })
    .join(', ');
}

/** Is there a pointer or a function between the declaration and the structure? */
function leadsElsewhere(type: CType): boolean {
  const bare = stripType(type);
  if (bare.kind === 'array') return leadsElsewhere(bare.element);
  return bare.kind === 'pointer' || bare.kind === 'function';
}

/** What a chain of typedefs stands for, with qualifiers. */
function resolved(type: CType): CType {
  return coreOf(type, true, false).whole;
}

/**
 * What a declaration declares things of, and the declaration with a placeholder for it.
 * @param through typedefs
 * @param replace false: what it is stays
 */
function coreOf(type: CType, through: boolean, replace = true, depth = 0): { core: CType; whole: CType } {
  const inner = (target: CType) => coreOf(target, through, replace, depth + 1);
  if (depth < MOST_DEPTH) {
    switch (type.kind) {
      case 'typedef':
        if (through) return inner(type.target);
        break;
      case 'pointer': {
        if (type.scopedName !== undefined) break;
        const { core, whole } = inner(type.target);
        return { core, whole: { ...type, target: whole } };
      }
      case 'array': {
        const { core, whole } = inner(type.element);
        return { core, whole: { ...type, element: whole } };
      }
      case 'function': {
        const { core, whole } = inner(type.returns);
        return { core, whole: { ...type, returns: whole } };
      }
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'atomic': {
        const { core, whole } = inner(type.target);
        return { core, whole: { ...type, target: whole } };
      }
      case 'base':
      case 'struct':
      case 'union':
      case 'enum':
      case 'void':
      case 'unknown':
    }
  }
  return { core: type, whole: replace ? { kind: 'unknown', name: CORE, size: 0 } : type };
}
