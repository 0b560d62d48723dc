/** C types and globals of the fixtures, against what gdb prints of the same file. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SymbolImage } from './image.ts';
import { readLocation, toNumber } from './location.ts';
import { type Fixture, gdb, openWorkshop, VARIANTS } from './testing/fixtures.ts';
import { typeName } from './type-name.ts';
import { type Member, sizeOfType, stripType, type StructType } from './types.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});

const GLOBALS = [
  'ticks',
  'hidden',
  'current_box',
  'secret',
  'banner',
  'ratio',
  'handlers',
  'grid_of',
  'flags',
];

describe.each(VARIANTS)('types of %s', (...variant) => {
  let fixture: Fixture;
  let image: SymbolImage;
  beforeAll(async () => {
    fixture = await workshop.load(variant);
    ({ image } = fixture);
  });

  function box(): StructType {
    const type = stripType(image.findType('struct box')!);
    if (type.kind !== 'struct') throw new Error('struct box is no struct');
    return type;
  }

  it('names the types of globals as gdb does', () => {
    const answers = gdb(
      fixture.path,
      GLOBALS.map((name) => `whatis ${name}`),
    );
    const ours = GLOBALS.map((name) => `type = ${typeName(image.findVariable(name)!.type)}\n`);
    expect(ours).toEqual(answers);
  });

  it('places globals where gdb does, with gdb’s size and initial value', () => {
    const answers = gdb(
      fixture.path,
      GLOBALS.flatMap((name) => [`output/d (unsigned)&${name}`, `output sizeof(${name})`]),
    );
    GLOBALS.forEach((name, i) => {
      const variable = image.findVariable(name)!;
      const address = Number(answers[i * 2]);
      // A static that is only read may have become a constant.
      if (name === 'hidden' && answers[i * 2] === '')
        expect(['optimised-out', 'value']).toContain(variable.locate().kind);
      else expect(variable.locate()).toEqual({ kind: 'memory', address });
      expect(sizeOfType(variable.type)).toBe(Number(answers[i * 2 + 1]));
    });
    const read = (name: string): Uint8Array =>
      readLocation(
        image.findVariable(name)!.locate(),
        sizeOfType(image.findVariable(name)!.type),
        [],
        (a, n) => image.linkedBytes(a, n),
      )!;
    expect(toNumber(read('ticks'))).toBe(7n);
    expect(new TextDecoder().decode(read('banner'))).toBe('hello\0');
    expect(image.findVariable('no_such_variable')).toBeUndefined();
    expect(image.globals()).toEqual(expect.arrayContaining(['ticks', 'hidden']));
  });

  it('lays out a struct, its bit fields and its anonymous union as gdb does', () => {
    const { members, size } = box();
    expect(size).toBe(Number(gdb(fixture.path, ['output sizeof(struct box)'])[0]));
    const plain = members.filter(
      (m): m is Member & { name: string } => m.name !== undefined && m.bitSize === undefined,
    );
    const answers = gdb(
      fixture.path,
      plain.map((m) => `output/d (unsigned)&((struct box *)0)->${m.name}`),
    );
    expect(plain.map((m) => `${m.name} ${String(m.offset)}`)).toEqual(
      plain.map((m, i) => `${m.name} ${answers[i]!}`),
    );
    expect(plain.length).toBe(9);
    const layout = gdb(fixture.path, ['ptype /o struct box'])[0]!;
    const bits = members.filter((m) => m.bitSize !== undefined);
    expect(bits.map((m) => m.name)).toEqual(['low', 'mid', 'high']);
    for (const m of bits) {
      const found = new RegExp(`/\\* +(\\d+): *(\\d+) +\\| +\\d+ \\*/ +u32 ${m.name!} : (\\d+);`).exec(
        layout,
      )!;
      expect([m.bitOffset, m.bitSize]).toEqual([Number(found[1]) * 8 + Number(found[2]), Number(found[3])]);
    }
    const anonymous = stripType(members.find((m) => m.name === undefined)!.type);
    expect(anonymous).toMatchObject({ kind: 'union', size: 4 });
    expect(anonymous.kind === 'union' && anonymous.members.map((m) => [m.name, m.offset])).toEqual([
      ['left', 0],
      ['right', 0],
    ]);
  });

  it('writes member declarations as gdb does', () => {
    const printed = gdb(fixture.path, ['ptype struct box'])[0]!;
    for (const m of box().members) {
      if (m.name === undefined) continue;
      const bits = m.bitSize === undefined ? '' : ` : ${String(m.bitSize)}`;
      const ours = typeName(m.type, m.name).replace('long long int', 'long long') + bits;
      // gdb writes `name[3]`, and a flexible array as `name[]`; we write arrays of a name the same way.
      expect(printed).toContain(`    ${ours.replace(/ \[/g, '[')};\n`);
    }
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
  });

  it('knows enumerators, also negative ones, typedefs and function signatures', () => {
    const color = stripType(image.findType('enum color')!);
    expect(color.kind === 'enum' && color.enumerators).toEqual([
      { name: 'RED', value: 0n },
      { name: 'GREEN', value: 5n },
      { name: 'BLUE', value: -1n },
    ]);
    expect(color).toMatchObject({ size: 4, signed: true });
    expect(image.findType('u32')).toMatchObject({
      kind: 'typedef',
      target: { kind: 'base', size: 4, encoding: 'unsigned' },
    });
    expect(image.findType('nothing')).toBeUndefined();
  });
});
