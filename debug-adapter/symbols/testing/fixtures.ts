/**
 * Builds the fixture programs of the tests with the installed compilers and asks the oracles (gdb, readelf,
 * addr2line) about them. Test support only: uses Node. Files live under the system's temporary directory.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SymbolImage } from '../image.ts';
import { loadSymbols, type SymbolFiles } from '../load.ts';

const here = dirname(fileURLToPath(import.meta.url));
const ARCH = ['-m32', '-ffreestanding', '-march=i686', '-fno-pie', '-fno-stack-protector', '-g'];
const LINK = ['-nostdlib', '-static', '-Wl,-m,elf_i386', '-Wl,-e,_start', '-Wl,--build-id'];

/** C files of the fixtures: one that runs, one of many types. */
export const SOURCES: readonly string[] = ['program.c', 'constructs.c'];

export interface Fixture {
  label: string;
  path: string;
  bytes: Uint8Array;
  image: SymbolImage;
}

export function run(command: string, args: readonly string[], env: Record<string, string> = {}): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, LC_ALL: 'C', ...env },
  });
}

/** Files of this computer, as the loader asks for them. */
export const localFiles: SymbolFiles = {
  read: (path) => readFile(path).catch(() => undefined),
  debugFolders: [],
  cache: undefined,
};

/** gdb's answers, one text per command. */
export function gdb(path: string, commands: readonly string[]): string[] {
  const mark = '--- next ---';
  const args = ['-nx', '-batch', '-ex', 'set width 0', '-ex', 'set confirm off'];
  for (const command of commands) args.push('-ex', command, '-ex', `echo ${mark}\\n`);
  return run('gdb', [...args, path])
    .split(`${mark}\n`)
    .slice(0, commands.length);
}

export interface Workshop {
  directory: string;
  source: (name: string) => string;
  build: (label: string, compiler: Compiler, flags: readonly string[]) => Fixture;
  /** The fixture of a variant, with everything that belongs to it. */
  load: (variant: Variant) => Promise<Fixture>;
  live: (fixture: Fixture) => string;
  /** The types and variables of all C files, by gdb, as JSON. */
  types: (fixture: Fixture) => string;
  dispose: () => void;
}

export function openWorkshop(): Workshop {
  const directory = mkdtempSync(join(tmpdir(), 'symbols-'));
  for (const name of [...SOURCES, 'start.S']) copyFileSync(join(here, name), join(directory, name));
  const source = (name: string): string => join(directory, name);
  const compile = (
    label: string,
    compiler: Compiler,
    flags: readonly string[],
    sources: readonly string[],
  ): string => {
    const path = join(directory, label);
    const target = compiler === 'clang' ? ['--target=i386-linux-gnu'] : [];
    const objects = sources.map((name) => {
      const object = `${path}-${name}.o`;
      run(compiler, [...target, ...ARCH, ...flags, '-c', source(name), '-o', object]);
      return object;
    });
    const assembly = flags.filter((f) => f.startsWith('-gdwarf'));
    run('gcc', [...ARCH, ...assembly, ...LINK, ...objects, source('start.S'), '-o', path]);
    return path;
  };
  return {
    directory,
    source,
    build(label, compiler, flags) {
      const path = compile(label, compiler, flags, ['program.c']);
      const bytes = new Uint8Array(readFileSync(path));
      return { label, path, bytes, image: SymbolImage.open(bytes, label) };
    },
    async load([label, compiler, flags, packing]) {
      const path = compile(label, compiler, flags, SOURCES);
      if (packing) PACKINGS[packing](path);
      const bytes = new Uint8Array(readFileSync(path));
      return { label, path, bytes, image: await loadSymbols(bytes, label, path, localFiles) };
    },
    live(fixture) {
      const out = `${fixture.path}.json`;
      run('gdb', ['-nx', '-batch', '-x', join(here, 'live.py'), fixture.path], { LIVE_OUT: out });
      return readFileSync(out, 'utf8');
    },
    types(fixture) {
      const out = `${fixture.path}.types.json`;
      const env = { OUT: out, FILES: SOURCES.join(':') };
      run('gdb', ['-nx', '-batch', '-x', join(here, 'types.py'), fixture.path], env);
      return readFileSync(out, 'utf8');
    },
    dispose() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export type Compiler = 'gcc' | 'clang';

/** What is done to a program after it is linked. */
const PACKINGS = {
  zlib: (path: string) => run('objcopy', ['--compress-debug-sections=zlib', path]),
  zstd: (path: string) => run('objcopy', ['--compress-debug-sections=zstd', path]),
  zdebug: (path: string) => run('objcopy', ['--compress-debug-sections=zlib-gnu', path]),
  /** The debug information moves to a file of its own, found by name and check sum. */
  debuglink: (path: string) => {
    run('objcopy', ['--only-keep-debug', path, `${path}.debug`]);
    run('objcopy', ['--strip-debug', `--add-gnu-debuglink=${path}.debug`, path]);
  },
  /** The split-off file moves into a package. */
  dwp: (path: string) => {
    run('dwp', ['-e', path, '-o', `${path}.dwp`]);
    for (const name of SOURCES) rmSync(`${path}-${name}.dwo`);
  },
} as const;

export type Variant = [
  label: string,
  compiler: Compiler,
  flags: readonly string[],
  packing?: keyof typeof PACKINGS,
];

const every = (compiler: Compiler): Variant[] =>
  ['-O0', '-Og', '-O2'].flatMap((level) =>
    [4, 5].map((version): Variant => [
      `${compiler}${String(version)}${level}`,
      compiler,
      [`-gdwarf-${String(version)}`, level],
    ]),
  );

/** Some of the debug information stands where binutils 2.40 and, in places, gdb 13 do not look. */
export const isElsewhere = ([, , flags]: Variant): boolean =>
  flags.some((flag) => flag === '-gsplit-dwarf' || flag === '-fdebug-types-section');

/** Binutils 2.40 decodes the lines of version 5 in the 64-bit format with readelf, but its addr2line gives none. */
export const hasNoLines = ([, , flags]: Variant): boolean =>
  flags.includes('-gdwarf64') && flags.includes('-gdwarf-5');

/** The compilers, DWARF versions and optimisation levels every question is asked for. */
export const VARIANTS: readonly Variant[] = [
  ...every('gcc'),
  ...every('clang'),
  ['gcc2-O2', 'gcc', ['-gdwarf-2', '-O2']],
  ['gcc3-O2', 'gcc', ['-gdwarf-3', '-gstrict-dwarf', '-O2']],
  ['gcc5-fp', 'gcc', ['-gdwarf-5', '-O1', '-fno-omit-frame-pointer', '-ffunction-sections']],
  // Clang has -gdwarf64 for 64-bit targets only.
  ['gcc5-wide', 'gcc', ['-gdwarf-5', '-gdwarf64', '-O2', '-fno-asynchronous-unwind-tables']],
  ['gcc4-wide-types', 'gcc', ['-gdwarf-4', '-gdwarf64', '-Og', '-fdebug-types-section']],
  ['gcc4-types-zdebug', 'gcc', ['-gdwarf-4', '-O2', '-fdebug-types-section'], 'zdebug'],
  ['gcc5-types-zstd', 'gcc', ['-gdwarf-5', '-Og', '-fdebug-types-section'], 'zstd'],
  ['gcc4-dwp', 'gcc', ['-gdwarf-4', '-O2', '-gsplit-dwarf', '-fdebug-types-section'], 'dwp'],
  ['gcc5-split', 'gcc', ['-gdwarf-5', '-O2', '-gsplit-dwarf'], 'zlib'],
  ['clang4-split', 'clang', ['-gdwarf-4', '-O1', '-gsplit-dwarf']],
  ['clang5-split', 'clang', ['-gdwarf-5', '-O1', '-gsplit-dwarf', '-fdebug-types-section'], 'debuglink'],
];
