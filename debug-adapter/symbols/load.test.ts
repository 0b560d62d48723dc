/** Everything that belongs to a program: other containers, other files, and the index of an earlier session. */
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { inflateOnNode } from '../inflate-node.ts';
import { decompressSections, type Inflaters } from './compression.ts';
import { crc32, linkCandidates, packageCandidates, splitCandidates } from './debug-file.ts';
import { type ElfSection, parseElf, SHF, SHT } from './elf.ts';
import { SymbolImage } from './image.ts';
import { decodeNameTable, encodeNameTable } from './index-file.ts';
import { buildIndex, loadSymbols, type SymbolFiles } from './load.ts';
import { localFiles, openWorkshop, run } from './testing/fixtures.ts';
import { typeName } from './type-name.ts';
import { stripType } from './types.ts';

const workshop = openWorkshop();
afterAll(() => {
  workshop.dispose();
});
const plain = workshop.build('plain', 'gcc', ['-gdwarf-5', '-O2']);

const load = (path: string, files: SymbolFiles = localFiles): Promise<SymbolImage> =>
  loadSymbols(new Uint8Array(readFileSync(path)), path, path, files);

/** What an image says of a function, its first line and a struct. */
function answers(image: SymbolImage): unknown {
  const fn = image.findFunction('middle');
  const box = image.findType('struct box');
  const bare = box && stripType(box);
  return {
    source: fn?.source,
    size: fn && fn.highPc - fn.lowPc,
    line: fn && image.lineAt(fn.lowPc)?.line,
    members: bare?.kind === 'struct' && bare.members.map((m) => typeName(m.type, m.name)),
    variables: fn && image.scopesAt(fn.lowPc).flatMap((scope) => scope.variables.map((v) => v.name)),
  };
}
const expected = answers(plain.image);

/** The index of a package that has all of one split-off file (DWARF 5 §7.3.5.3). */
function unitIndex(file: Uint8Array): Uint8Array {
  const ids = ['info', '', 'abbrev', 'line', 'loclists', 'str_offsets', 'macro', 'rnglists'];
  const { sections } = parseElf(file, () => undefined);
  const columns = ids.flatMap((id, n) => {
    const found = sections.find(({ name }) => name === `.debug_${id}.dwo`);
    return found ? [{ id: n + 1, found }] : [];
  });
  const info = columns[0]!.found;
  const [low, high] = [12, 16].map((at) => new DataView(file.buffer).getUint32(info.offset + at, true));
  // Two slots, one of which is the unit's.
  const slots = low! % 2 === 0 ? [low!, high!, 0, 0, 1, 0] : [0, 0, low!, high!, 0, 1];
  const words = [5, columns.length, 1, 2, ...slots, ...columns.map(({ id }) => id)];
  words.push(...columns.map(() => 0), ...columns.map(({ found }) => found.size));
  return new Uint8Array(Uint32Array.from(words).buffer);
}

describe('containers', () => {
  it('may be 64-bit ones of 32-bit code', async () => {
    const path = join(workshop.directory, 'wide');
    run('objcopy', ['-I', 'elf32-i386', '-O', 'elf64-x86-64', plain.path, path]);
    const image = await load(path);
    expect(image.elf.wide).toBe(true);
    expect(answers(image)).toEqual(expected);
    expect(image.entry).toBe(plain.image.entry);
    expect(image.symbolNamed('ticks')?.address).toBe(plain.image.symbolNamed('ticks')?.address);
  });

  it('refuses 64-bit programs', async () => {
    const source = join(workshop.directory, 'far.c');
    writeFileSync(source, 'void _start(void) { for (;;); }\n');
    const base = '-Wl,-Ttext=0xffffffff80000000';
    run('gcc', [
      '-nostdlib',
      '-static',
      '-fno-pie',
      '-no-pie',
      '-mcmodel=kernel',
      base,
      source,
      '-o',
      `${source}.elf`,
    ]);
    await expect(load(`${source}.elf`)).rejects.toMatchObject({ code: 'elf-wrong-class' });
  });

  it.each([
    ['-g', '-gdwarf-5'],
    ['-g of DWARF 4, without frames', '-gdwarf-4 -fno-asynchronous-unwind-tables -fno-dwarf2-cfi-asm'],
    ['no debug information', '-g0'],
    ['.debug_frame alone', '-gdwarf-5 -fno-asynchronous-unwind-tables'],
    ['compressed debug information', '-g -gz=zlib -fno-asynchronous-unwind-tables'],
    ['nothing but code', '-g0 -fno-asynchronous-unwind-tables'],
    ['nothing but optimised code', '-g0 -O2 -fno-inline -fno-asynchronous-unwind-tables'],
  ])('refuses 64-bit code within 4 GiB, by what is there: %s', async (_what, flags) => {
    const source = join(workshop.directory, 'near.c');
    const path = `${source}.elf`;
    writeFileSync(
      source,
      `struct node { struct node *next; char *text; } *head;
      void push(struct node *one, char *text) { one->next = head; one->text = text; head = one; }
      void _start(void) { static struct node nodes[9]; for (int n = 0;; n++) push(&nodes[n % 9], "text" + n % 4); }\n`,
    );
    run('gcc', ['-nostdlib', '-static', '-fno-pie', '-no-pie', ...flags.split(' '), source, '-o', path]);
    await expect(load(path)).rejects.toMatchObject({
      code: 'elf-wrong-class',
      message: expect.stringContaining('64-bit code (x86-64) was found; build with -m32') as string,
    });
  });

  it.each([
    ['frames tell', []],
    ['code tells', ['-R', '.eh_frame']],
  ])('may be 64-bit ones without debug information, of which only %s what they have', async (_what, more) => {
    const [stripped, path] = ['stripped', 'stripped-wide'].map((name) => join(workshop.directory, name));
    run('objcopy', ['--strip-debug', ...more, plain.path, stripped!]);
    run('objcopy', ['-I', 'elf32-i386', '-O', 'elf64-x86-64', stripped!, path!]);
    expect((await load(path!)).symbolNamed('ticks')?.address).toBe(plain.image.symbolNamed('ticks')?.address);
  });

  it('may be object files, whose sections were loaded somewhere', async () => {
    const object = `${plain.path}.o`;
    run('gcc', [
      '-m32',
      '-ffreestanding',
      '-fno-pie',
      '-O2',
      '-gdwarf-5',
      '-c',
      workshop.source('program.c'),
      '-o',
      object,
    ]);
    const linked = join(workshop.directory, 'placed');
    run('ld', ['-m', 'elf_i386', '-e', 'main', '--no-gc-sections', object, '-o', linked]);
    const theirs = await load(linked);
    // To where the linker put the sections; the linker is then the oracle of all relocations.
    const starts = new Map<string, number>();
    for (const section of theirs.elf.sections) starts.set(section.name, section.address);
    const startup = theirs.findFunction('main')!.lowPc;
    const bytes = new Uint8Array(readFileSync(object));
    const place = ({ name }: { name: string }): number | undefined => {
      if (name.startsWith('.text.startup')) return startup;
      if (name === '.text') return theirs.findFunction('leaf')!.lowPc;
      return starts.get(name.replace(/^\.rodata\..*/, '.rodata'));
    };
    const image = await loadSymbols(bytes, 'module', object, localFiles, place);
    expect(image.problems).toEqual([]);
    for (const name of ['leaf', 'middle', 'wide', 'main']) {
      const ours = image.findFunction(name)!;
      const their = theirs.findFunction(name)!;
      expect([name, ours.source, ours.ranges]).toEqual([name, 'dwarf', their.ranges]);
      for (let pc = their.lowPc; pc < their.highPc; pc++) {
        expect([pc, image.lineAt(pc)?.line]).toEqual([pc, theirs.lineAt(pc)?.line]);
      }
    }
    const main = theirs.findFunction('main')!;
    expect(image.linkedBytes(main.lowPc, 16)).toEqual(theirs.linkedBytes(main.lowPc, 16));
    expect(image.findVariable('ticks')!.locate()).toEqual(theirs.findVariable('ticks')!.locate());
    await expect(load(object)).rejects.toMatchObject({ code: 'elf-relocatable' });
  });

  it('leaves out sections of an object file that were not loaded', async () => {
    const bytes = new Uint8Array(readFileSync(`${plain.path}.o`));
    const place = ({ name }: { name: string }): number | undefined => (name === '.text' ? 0x1000 : undefined);
    const image = await loadSymbols(bytes, 'module', 'module.o', localFiles, place);
    expect(image.findFunction('leaf')).toMatchObject({ lowPc: 0x1000, source: 'dwarf' });
    expect(image.findFunction('main')).toBeUndefined();
    expect(image.lineAt(0)).toBeUndefined();
  });
});

describe('other files', () => {
  it('are looked for where gdb looks', () => {
    const link = { name: 'vmlinux.debug', crc: 1, buildId: 'abcdef01' };
    expect(linkCandidates(link, '/boot/vmlinux', ['/usr/lib/debug'])).toEqual([
      '/usr/lib/debug/.build-id/ab/cdef01.debug',
      '/boot/vmlinux.debug',
      '/boot/.debug/vmlinux.debug',
      '/usr/lib/debug/boot/vmlinux.debug',
    ]);
    expect(packageCandidates('/b/kernel.elf')).toEqual(['/b/kernel.elf.dwp', '/b/kernel.dwp']);
    const split = { name: 'obj/a.dwo', directory: '/build', id: 1n };
    expect(splitCandidates(split, 'C:\\k\\kernel.elf')).toEqual(['/build/obj/a.dwo', 'c:/k/a.dwo']);
  });

  it('are checked by CRC-32', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('are found by build-id, and not taken from another build', async () => {
    const path = join(workshop.directory, 'stripped');
    run('objcopy', ['--only-keep-debug', plain.path, `${path}.full`]);
    run('objcopy', ['--strip-debug', plain.path, path]);
    const id = plain.image.buildId!;
    const folders = join(workshop.directory, 'debug');
    run('mkdir', ['-p', join(folders, '.build-id', id.slice(0, 2))]);
    const kept = join(folders, '.build-id', id.slice(0, 2), `${id.slice(2)}.debug`);
    const files = { ...localFiles, debugFolders: [folders] };
    expect((await load(path, files)).hasDebugInfo).toBe(false);
    renameSync(`${path}.full`, kept);
    expect(answers(await load(path, files))).toEqual(expected);
    copyFileSync(workshop.build('other', 'gcc', ['-gdwarf-5', '-O0']).path, kept);
    const wrong = await load(path, files);
    expect(wrong.hasDebugInfo).toBe(false);
    expect(wrong.problems.map((p) => p.code)).toContain('debug-file-other');
  });

  it('are added when dwz has moved common parts into one, and missed by name when it is not there', async () => {
    const [a, b] = ['first', 'second'].map((name) => {
      const path = join(workshop.directory, name);
      copyFileSync(plain.path, path);
      return path;
    });
    const common = join(workshop.directory, 'common.debug');
    run('dwz', ['-m', common, '-M', common, a!, b!]);
    expect(existsSync(common)).toBe(true);
    const image = await load(a!);
    expect(image.problems).toEqual([]);
    expect(answers(image)).toEqual(expected);
    rmSync(common);
    const alone = await load(a!);
    expect(alone.problems.map((p) => p.code)).toContain('dwarf-alternate');
    expect(alone.problems.find((p) => p.code === 'dwarf-alternate')!.message).toContain('common.debug');
    expect(() => answers(alone)).not.toThrow();
  });

  it('may be a package of DWARF 5, with what the split-off files had', async () => {
    const { path } = workshop.build('package', 'clang', ['-gdwarf-5', '-O1', '-gsplit-dwarf']);
    const apart = answers(await load(path));
    const part = `${path}-program.c.dwo`;
    run('llvm-dwp-14', [part, '-o', `${path}.dwp`]);
    rmSync(part);
    const image = await load(path);
    expect(image.problems).toEqual([]);
    expect(answers(image)).toEqual(apart);
    rmSync(`${path}.dwp`);
    expect(answers(await load(path))).not.toEqual(apart);
  });

  it("may be a package of DWARF 5 of gcc's, which GNU's dwp crashes on and LLVM's does not end with", async () => {
    const { path } = workshop.build('package-gcc', 'gcc', ['-gdwarf-5', '-O2', '-gsplit-dwarf']);
    const apart = answers(await load(path));
    const part = `${path}-program.c.dwo`;
    writeFileSync(`${path}.index`, unitIndex(new Uint8Array(readFileSync(part))));
    // A package of one file is that file with an index.
    run('objcopy', ['--add-section', `.debug_cu_index=${path}.index`, part, `${path}.dwp`]);
    rmSync(part);
    const image = await load(path);
    expect(image.problems).toEqual([]);
    expect(answers(image)).toEqual(apart);
    expect(apart).toEqual(expected);
  });

  it('say when they are missing or do not decompress', async () => {
    const path = join(workshop.directory, 'bad-zlib');
    run('objcopy', ['--compress-debug-sections=zlib', plain.path, path]);
    const bytes = new Uint8Array(readFileSync(path));
    const info = SymbolImage.open(bytes, 'x').elf.sections.find((s) => s.name === '.debug_info')!;
    bytes.fill(0x55, info.offset + 40, info.offset + 60);
    const image = await loadSymbols(bytes, 'x', path, localFiles);
    expect(image.problems.map((p) => p.code)).toContain('elf-compression');
    expect(image.functionAt(plain.image.findFunction('leaf')!.lowPc)?.source).toBe('symtab');
  });
});

/** An ELF file as far as decompression looks at it, and what is found in its section or wrong with it. */
async function decompressed(
  stream: Uint8Array,
  size: number,
  inflaters: Inflaters | undefined,
  type = 1,
): Promise<Uint8Array | string> {
  const bytes = new Uint8Array(12 + stream.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, size, true);
  bytes.set(stream, 12);
  const section = { name: '.debug_info', type: SHT.progbits, flags: SHF.compressed, offset: 0 };
  const sections: Partial<ElfSection>[] = [{ ...section, size: bytes.length }];
  const elf = { bytes, wide: false, sections };
  const problems: string[] = [];
  await decompressSections(elf as never, ({ message }) => problems.push(message), { inflaters });
  return problems[0] ?? sections[0]!.content!;
}

describe('a section compressed with zstd', () => {
  // Frames of one block each, which repeats a byte.
  const frame = (length: number, byte: number) => [
    0x28,
    0xb5,
    0x2f,
    0xfd,
    0,
    0,
    (length << 3) | 3,
    0,
    0,
    byte,
  ];
  const stream = Uint8Array.from([...frame(3, 7), ...frame(2, 8)]);
  const inflater = (content: Uint8Array) => ({
    zstd: { inflate: () => Promise.resolve(content) },
  });

  it('is what the platform makes of it, and all of its frames if that stops at the first', async () => {
    const all = Uint8Array.of(7, 7, 7, 8, 8);
    expect(await decompressed(stream, 5, undefined, 2)).toEqual(all);
    expect(await decompressed(stream, 5, inflateOnNode, 2)).toEqual(all);
    expect(await decompressed(stream, 5, inflater(Uint8Array.of(7, 7, 7)), 2)).toEqual(all);
    const other = Uint8Array.of(1, 2, 3, 4, 5);
    expect(await decompressed(stream, 5, inflater(other), 2)).toEqual(other);
  });

  it('is refused when it is damaged, or of another kind', async () => {
    expect(await decompressed(stream, 6, undefined, 2)).toContain('damaged zstd stream');
    expect(await decompressed(stream, 6, inflater(Uint8Array.of(7)), 2)).toContain('damaged zstd stream');
    expect(await decompressed(stream, 5, undefined, 3)).toContain('compression 3');
  });
});

describe.each([
  ["the platform's stream", undefined],
  ["Node's thread pool", inflateOnNode],
])('a compressed section, by %s', (_name, inflate) => {
  const content = Uint8Array.from({ length: 300_000 }, (_, n) => (n * n) >>> 9);

  it('is what was compressed', async () => {
    for (const level of [0, 1, 9]) {
      const found = await decompressed(deflateSync(content, { level }), content.length, inflate);
      expect(Buffer.compare(found as Uint8Array, content)).toBe(0);
    }
    expect(await decompressed(deflateSync(content.subarray(0, 1)), 1, inflate)).toEqual(
      content.subarray(0, 1),
    );
  });

  it('is refused when its content has another size, or it is damaged', async () => {
    const stream = deflateSync(content);
    expect(await decompressed(stream, content.length + 1, inflate)).toContain('zlib stream');
    expect(await decompressed(stream, content.length - 1, inflate)).toContain('zlib stream');
    expect(await decompressed(stream.subarray(0, stream.length >> 1), content.length, inflate)).toContain(
      'zlib',
    );
    expect(await decompressed(stream.slice().fill(0x55, 100, 160), content.length, inflate)).toContain(
      'zlib stream',
    );
  });
});

describe('the index of names', () => {
  const image = (): SymbolImage => SymbolImage.open(plain.bytes, 'plain');
  const built = image();
  while (built.index.step() < 1);
  const bytes = built.index.save()!;

  it('gives the same answers when it was kept', () => {
    const restored = image();
    expect(restored.index.isComplete).toBe(false);
    expect(restored.index.restore(bytes)).toBe(true);
    expect(restored.index.isComplete).toBe(true);
    expect(restored.functionNames()).toEqual(plain.image.functionNames());
    expect(restored.globals()).toEqual(plain.image.globals());
    expect(answers(restored)).toEqual(expected);
  });

  it('is not taken from another file, another version or damaged bytes', () => {
    const other = workshop.build('another', 'gcc', ['-gdwarf-4', '-O0']).image;
    expect(other.index.restore(bytes)).toBe(false);
    for (let at = 0; at < bytes.length; at += 7) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x10;
      expect([at, image().index.restore(damaged)]).toEqual([at, false]);
      expect(image().index.restore(bytes.subarray(0, at))).toBe(false);
    }
    const table = { hash: Uint32Array.of(2, 1), position: Uint32Array.of(0, 0), kind: Uint8Array.of(0, 0) };
    expect(decodeNameTable(encodeNameTable(table, 1), 1, 10)).toBeUndefined(); // not in order
    expect(
      decodeNameTable(encodeNameTable({ ...table, hash: Uint32Array.of(1, 2) }, 1), 1, 10),
    ).toBeDefined();
  });

  it('is built beside other work, kept under a key, and stops when it is told to', async () => {
    const kept = new Map<string, Uint8Array>();
    const cache = {
      read: async (key: string) => Promise.resolve(kept.get(key)),
      write: async (key: string, value: Uint8Array) => Promise.resolve(void kept.set(key, value)),
    };
    // Small files have no key: to build their index is as fast as to read it.
    expect(image().index.key).toBeUndefined();
    const large = image();
    Object.defineProperty(large.index, 'key', { value: 'a-key' });
    const shares: number[] = [];
    const stopped = new AbortController();
    stopped.abort();
    await buildIndex(large, cache, stopped.signal, (share) => shares.push(share));
    expect([large.index.isComplete, shares]).toEqual([false, []]);
    await buildIndex(large, cache, new AbortController().signal, (share) => shares.push(share));
    expect(shares.at(-1)).toBe(1);
    expect(image().index.restore(kept.get('a-key')!)).toBe(true);
  });

  it('of a large program keeps nobody waiting: questions are answered while it is built', async () => {
    const large = join(workshop.directory, 'large');
    const types = Array.from({ length: 3000 }, (_, n) => `struct s${n} { int a, b, c, d; } v${n};`);
    writeFileSync(`${large}.c`, `${types.join('\n')}\nvoid _start(void) { for (;;); }\n`);
    run('gcc', ['-m32', '-g', '-fno-pie', '-c', `${large}.c`, '-o', `${large}.o`]);
    const copies = Array.from({ length: 24 }, () => `${large}.o`);
    run('ld', ['-m', 'elf_i386', '-z', 'muldefs', ...copies, '-o', large]);
    const image = await load(large);
    expect(image.index.key).toBeDefined();
    let asked = 0;
    const building = buildIndex(image, undefined, new AbortController().signal, () => undefined);
    while (!image.index.isComplete) {
      expect(image.functionAt(image.entry)?.name).toBe('_start');
      asked++;
      await new Promise((resolve) => setTimeout(resolve));
    }
    await building;
    expect(asked).toBeGreaterThan(3);
  });
});
