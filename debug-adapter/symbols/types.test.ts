/** All C types and variables of the fixtures, member by member, against what gdb knows of the same file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SymbolImage } from './image.ts';
import { readLocation, toNumber } from './location.ts';
import { openWorkshop, VARIANTS } from './testing/fixtures.ts';
import { typeName } from './type-name.ts';
import { type CType, type Member, sizeOfType, stripType, type StructType } from './types.ts';

interface TheirMember {
  name: string | null;
  type: string | null;
  bit: number;
  bits: number;
  members?: TheirMember[];
}

interface TheirType {
  kind: 'struct' | 'union' | 'enum' | 'typedef' | 'base' | 'array' | 'pointer' | 'function' | 'void';
  name: string;
  size: number;
  members?: TheirMember[];
  values?: [string, number][];
  target?: string;
}

interface Theirs {
  types: Record<string, TheirType>;
  variables: Record<string, { type: string; size: number; address: number | null }>;
}

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});

/** Both write C, with small differences of taste: in the order of words, and whether `int` is one of them. */
const plain = (name: string): string =>
  name
    .replace(/\b(?:(?:long|short|signed|unsigned|int)\b ?)+/g, (words) => {
      const sorted = words.trim().split(' ').sort();
      const isSized = sorted.some((word) => word === 'long' || word === 'short');
      return sorted.filter((word) => word !== 'int' || !isSized).join(' ') + (words.endsWith(' ') ? ' ' : '');
    })
    .replace(/(\w+) __attribute__ \(\(vector_size\((\d+)\)\)\)/g, '$1 [$2]');

function oursOf(members: readonly Member[]): unknown[] {
  return members.map((m) => {
    const bare = stripType(m.type);
    const isNameless = m.name === undefined;
    return {
      name: m.name ?? null,
      type: isNameless ? null : plain(typeName(m.type)),
      bit: m.bitOffset ?? m.offset * 8,
      bits: m.bitSize ?? 0,
      ...(isNameless &&
        (bare.kind === 'struct' || bare.kind === 'union') && { members: oursOf(bare.members) }),
    };
  });
}

function theirsOf(members: readonly TheirMember[]): unknown[] {
  return members.map(({ type, members: inner, ...rest }) => ({
    ...rest,
    type: type === null ? null : plain(type),
    ...(inner && { members: theirsOf(inner) }),
  }));
}

describe.each(VARIANTS)('types of %s', (...variant) => {
  let image: SymbolImage;
  let theirs: Theirs;
  beforeAll(async () => {
    const fixture = await workshop.load(variant);
    ({ image } = fixture);
    theirs = JSON.parse(workshop.types(fixture)) as Theirs;
  });

  /** Compilers name base types differently: gdb's names are its own. */
  const findByName = (name: string): CType | undefined =>
    image.findType(name) ??
    [
      'long long int',
      'long int',
      'short int',
      'long unsigned int',
      'short unsigned int',
      'long long unsigned int',
    ]
      .filter((other) => plain(other) === plain(name))
      .map((other) => image.findType(other))[0];

  const named = (kinds: readonly TheirType['kind'][]): [TheirType, CType][] =>
    Object.values(theirs.types)
      .filter(({ kind, name }) => kinds.includes(kind) && !name.includes('{'))
      .map((their) => {
        const our = findByName(their.name);
        if (!our) throw new Error(`${their.name} is not found`);
        return [their, our];
      });

  it('reads without a problem', () => {
    expect(image.problems).toEqual([]);
  });

  it('lays out every struct and union as gdb does', () => {
    const pairs = named(['struct', 'union']);
    expect(pairs.length).toBeGreaterThanOrEqual(12);
    for (const [their, our] of pairs) {
      const bare = stripType(our);
      if (bare.kind !== 'struct' && bare.kind !== 'union') throw new Error(`${their.name} is a ${bare.kind}`);
      expect([their.name, bare.kind, bare.size]).toEqual([their.name, their.kind, their.size]);
      expect([their.name, oursOf(bare.members)]).toEqual([their.name, theirsOf(their.members ?? [])]);
    }
  });

  it('has the enumerators, typedefs and base types gdb has', () => {
    for (const [their, our] of named(['enum'])) {
      const bare = stripType(our);
      const values = bare.kind === 'enum' ? bare.enumerators.map((e) => [e.name, Number(e.value)]) : [];
      expect([their.name, sizeOfType(bare), values]).toEqual([their.name, their.size, their.values]);
      for (const [name, value] of their.values ?? []) {
        expect([name, Number(image.findEnumerator(name)?.value)]).toEqual([name, value]);
      }
    }
    for (const [their, our] of named(['typedef'])) {
      const target = our.kind === 'typedef' ? typeName(our.target) : our.kind;
      if (their.target?.includes('{')) continue; // of a struct without a name: compared as a member or variable
      expect([their.name, plain(target), sizeOfType(our)]).toEqual([
        their.name,
        plain(their.target!),
        their.size,
      ]);
    }
    for (const [their, our] of named(['base'])) {
      expect([their.name, sizeOfType(our)]).toEqual([their.name, their.size]);
    }
  });

  it('knows every variable with the type, size and address gdb has', () => {
    expect(Object.keys(theirs.variables).length).toBeGreaterThanOrEqual(25);
    for (const [name, their] of Object.entries(theirs.variables)) {
      const our = image.findVariable(name)!;
      expect([name, plain(typeName(our.type)), sizeOfType(our.type)]).toEqual([
        name,
        plain(their.type),
        their.size,
      ]);
      const location = our.locate();
      // A static that is only read may have become a constant.
      if (their.address === null) expect(['optimised-out', 'value']).toContain(location.kind);
      else expect([name, location]).toEqual([name, { kind: 'memory', address: their.address }]);
    }
    expect(image.findVariable('no_such_variable')).toBeUndefined();
    expect(image.globals()).toEqual(expect.arrayContaining(['ticks', 'hidden', 'fields', 'private_bytes']));
  });

  it('reads initial values from the file', () => {
    const read = (name: string): Uint8Array => {
      const { type, locate } = image.findVariable(name)!;
      return readLocation(locate(), sizeOfType(type), {
        registers: [],
        readMemory: (a, n) => image.linkedBytes(a, n),
      })!;
    };
    expect(toNumber(read('ticks'))).toBe(7n);
    expect(new TextDecoder().decode(read('banner'))).toBe('hello\0');
    expect(toNumber(read('stamp'))).toBe(0x1122334455667788n);
  });

  it('keeps cyclic types as cycles and incomplete types as incomplete', () => {
    const list = stripType(image.findType('struct list')!) as StructType;
    const next = stripType(list.members[0]!.type);
    expect(next.kind === 'pointer' && next.target).toBe(list);
    const secret = stripType(image.findVariable('secret')!.type);
    expect(secret.kind === 'pointer' && stripType(secret.target)).toMatchObject({
      name: 'opaque',
      incomplete: true,
    });
    expect(image.findType('nothing')).toBeUndefined();
  });
});
