/**
 * Hostile input for the symbol reader: programs in every packing, of which some bytes are changed, and the
 * questions that are asked of them. Whatever a file holds, opening throws nothing but `SymbolError`, no query
 * throws, and every query ends. Seeded, so that a failure repeats. Test support only: uses Node.
 */
import { readFileSync } from 'node:fs';
import { parseElf } from '../elf.ts';
import { SymbolError } from '../errors.ts';
import type { SymbolImage } from '../image.ts';
import { loadSymbols, type SymbolFiles } from '../load.ts';
import { typeName } from '../type-name.ts';
import { sizeOfType, stripType } from '../types.ts';
import { unwindStack } from '../unwind-i386.ts';
import { openWorkshop, run, type Variant, type Workshop } from './fixtures.ts';
import type { Random } from './random.ts';

/** What `npm run fuzz` and the tests run: one round tries one input and throws when the reader misbehaves. */
export interface FuzzTarget {
  name: string;
  round: (random: Random) => Promise<void>;
}

/** Asks everything; returns how many answers there were, and throws what a query throws. */
export function interrogate(image: SymbolImage, pcs: readonly number[], file: string): number {
  let answers = 0;
  const readMemory = (address: number, length: number): Uint8Array =>
    new Uint8Array(Math.min(length, 64)).fill(address & 255);
  for (const pc of pcs) {
    const fn = image.functionAt(pc);
    if (fn) answers++;
    const line = image.lineAt(pc);
    if (line) answers++;
    if (line && image.sourceDigest(pc, line.file) !== undefined) answers++;
    answers += image.lineRanges(pc).length + image.rowsOfFunction(pc).length;
    image.prologueEnd(pc);
    const registers = [1, 2, 3, 4, 0x8000, 0x8100, 7, 8, pc, 0x202];
    answers += unwindStack(image, registers, readMemory, { limit: 20 }).frames.length;
    for (const scope of image.scopesAt(pc)) {
      for (const variable of scope.variables) {
        variable.locate({ registers, pc, cfa: () => 0x8000, readMemory });
        typeName(stripType(variable.type));
        sizeOfType(variable.type);
        answers++;
      }
    }
  }
  for (const name of ['struct box', 'struct list', 'u32', 'enum color', 'union word']) {
    const type = image.findType(name);
    if (!type) continue;
    const bare = stripType(type);
    if (bare.kind === 'struct' || bare.kind === 'union') {
      for (const m of bare.members) answers += typeName(m.type, m.name).length > 0 ? 1 : 0;
    }
    if (bare.kind === 'enum') answers += bare.enumerators.length;
  }
  answers += image.globals().length + image.functionNames().length + image.sourceFiles().length;
  for (const line of [1, 26, 37, 48]) answers += image.addressesForLine(file, line)?.addresses.length ?? 0;
  answers += image.breakpointLines(file, 1, 100).length;
  image.findVariable('ticks', pcs[0])?.locate();
  if (image.symbolNamed('leaf')) answers++;
  return answers + image.notes.length;
}

const VALUES = [0, 1, 0x7f, 0x80, 0xff, 0x40, 0x11];

/** Changes one to four bytes of `[offset, offset + size)`. */
export function mutate(bytes: Uint8Array, offset: number, size: number, random: Random): Uint8Array {
  const mutant = bytes.slice();
  for (let n = 1 + random(4); n > 0; n--) {
    mutant[offset + random(size)] = random(2) === 0 ? VALUES[random(VALUES.length)]! : random(256);
  }
  return mutant;
}

/** Parts of an ELF file that are worth damaging: its tables and every section but code. */
export function damageableParts(bytes: Uint8Array): [name: string, offset: number, size: number][] {
  const { sections, wide } = parseElf(bytes, () => undefined);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const table = view.getUint32(wide ? 40 : 32, true);
  return [
    ['ELF header', 0, 52],
    ...sections
      .filter((s) => s.size > 0 && s.type !== 8 && !s.name.startsWith('.text'))
      .map((s): [string, number, number] => [s.name, s.offset, s.size]),
    ['section headers', table, sections.length * (wide ? 64 : 40)],
  ];
}

const PACKED: readonly Variant[] = [
  ['plain5', 'gcc', ['-gdwarf-5', '-O2', '-ffunction-sections']],
  ['plain4', 'clang', ['-gdwarf-4', '-Og']],
  ['types', 'gcc', ['-gdwarf-4', '-O2', '-fdebug-types-section']],
  ['zlib', 'gcc', ['-gdwarf-5', '-O1'], 'zlib'],
  ['zstd', 'gcc', ['-gdwarf-5', '-O1'], 'zstd'],
  ['linked', 'gcc', ['-gdwarf-5', '-O1'], 'debuglink'],
  ['split5', 'gcc', ['-gdwarf-5', '-O2', '-gsplit-dwarf']],
  ['split4', 'clang', ['-gdwarf-4', '-O2', '-gsplit-dwarf']],
  ['package', 'gcc', ['-gdwarf-4', '-O2', '-gsplit-dwarf'], 'dwp'],
];

/** Programs in every packing; a round damages one of the files that a program consists of. */
export async function fuzzTargets(given?: Workshop): Promise<FuzzTarget[]> {
  const workshop = given ?? openWorkshop();
  if (!given) {
    process.once('exit', () => {
      workshop.dispose();
    });
  }
  const targets: FuzzTarget[] = [];
  for (const variant of PACKED) {
    const { path, label } = await workshop.load(variant);
    targets.push(await programTarget(label, path));
  }
  const module = `${(await workshop.load(PACKED[0]!)).path}-program.c.o`;
  targets.push(await programTarget('object', module));
  const wide = `${module}.wide`;
  run('objcopy', ['-I', 'elf32-i386', '-O', 'elf64-x86-64', module, wide]);
  targets.push(await programTarget('wide object', wide));
  return targets;
}

async function programTarget(label: string, path: string): Promise<FuzzTarget> {
  const known = new Map<string, Uint8Array>();
  const place = (_: unknown, index: number): number | undefined =>
    index % 5 === 4 ? undefined : index << 16;
  const open = (files: SymbolFiles, bytes: Uint8Array): Promise<SymbolImage> =>
    loadSymbols(bytes, label, path, files, place);
  const recording: SymbolFiles = {
    read: (file) => {
      try {
        known.set(file, new Uint8Array(readFileSync(file)));
      } catch {
        // not one of the program's files
      }
      return Promise.resolve(known.get(file));
    },
    debugFolders: [],
    cache: undefined,
  };
  const bytes = new Uint8Array(readFileSync(path));
  const sound = await open(recording, bytes);
  const pcs = sound.functionNames().flatMap((name) => sound.findFunctions(name).map((fn) => fn.lowPc + 5));
  const sourceFile = sound.sourceFiles()[0] ?? '';
  const files = new Map([[path, bytes], ...known]);
  const parts = [...files].flatMap(([file, content]) =>
    damageableParts(content).map((part) => [file, part] as const),
  );
  return {
    name: label,
    async round(random) {
      const [file, [, offset, size]] = parts[random(parts.length)]!;
      const damaged = new Map(files).set(file, mutate(files.get(file)!, offset, size, random));
      const read = (wanted: string): Promise<Uint8Array | undefined> => Promise.resolve(damaged.get(wanted));
      try {
        const image = await open({ ...recording, read }, damaged.get(path)!);
        interrogate(image, pcs, sourceFile);
      } catch (error) {
        if (!(error instanceof SymbolError)) throw error;
      }
    },
  };
}
