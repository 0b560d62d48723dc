/**
 * Builds the fixture programs of the tests with the installed compilers and asks the oracles (gdb, readelf,
 * addr2line) about them. Test support only: uses Node. Files live under the system's temporary directory.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SymbolImage } from '../image.ts';

const here = dirname(fileURLToPath(import.meta.url));
const ARCH = ['-m32', '-ffreestanding', '-march=i686', '-fno-pie', '-fno-stack-protector', '-g'];
const LINK = ['-nostdlib', '-static', '-Wl,-m,elf_i386', '-Wl,-e,_start', '-Wl,--build-id'];

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

export function hasTool(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((dir) => existsSync(join(dir, name)));
}

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
  build: (label: string, compiler: 'gcc' | 'clang', flags: readonly string[]) => Fixture;
  live: (fixture: Fixture) => string;
  dispose: () => void;
}

export function openWorkshop(): Workshop {
  const directory = mkdtempSync(join(tmpdir(), 'symbols-'));
  for (const name of ['program.c', 'start.S']) copyFileSync(join(here, name), join(directory, name));
  const source = (name: string): string => join(directory, name);
  return {
    directory,
    source,
    build(label, compiler, flags) {
      const path = join(directory, label);
      const object = `${path}.o`;
      const target = compiler === 'clang' ? ['--target=i386-linux-gnu'] : [];
      run(compiler, [...target, ...ARCH, ...flags, '-c', source('program.c'), '-o', object]);
      run('gcc', [
        ...ARCH,
        ...flags.filter((f) => f.startsWith('-gdwarf')),
        ...LINK,
        object,
        source('start.S'),
        '-o',
        path,
      ]);
      const bytes = new Uint8Array(readFileSync(path));
      return { label, path, bytes, image: SymbolImage.open(bytes, label) };
    },
    live(fixture) {
      const out = `${fixture.path}.json`;
      run('gdb', ['-nx', '-batch', '-x', join(here, 'live.py'), fixture.path], { LIVE_OUT: out });
      return readFileSync(out, 'utf8');
    },
    dispose() {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export type Variant = [label: string, compiler: 'gcc' | 'clang', flags: readonly string[]];

const CLANG: readonly Variant[] = [
  ['clang5-O0', 'clang', ['-gdwarf-5', '-O0']],
  ['clang5-O2', 'clang', ['-gdwarf-5', '-O2']],
  ['clang4-O1', 'clang', ['-gdwarf-4', '-O1']],
];

/** The compilers, DWARF versions and optimisation levels every question is asked for. */
export const VARIANTS: readonly Variant[] = [
  ['gcc4-O0', 'gcc', ['-gdwarf-4', '-O0']],
  ['gcc5-O0', 'gcc', ['-gdwarf-5', '-O0']],
  ['gcc4-Og', 'gcc', ['-gdwarf-4', '-Og']],
  ['gcc5-Og', 'gcc', ['-gdwarf-5', '-Og']],
  ['gcc4-O2', 'gcc', ['-gdwarf-4', '-O2']],
  ['gcc5-O2', 'gcc', ['-gdwarf-5', '-O2']],
  ['gcc3-O2', 'gcc', ['-gdwarf-3', '-gstrict-dwarf', '-O2']],
  ['gcc5-fp', 'gcc', ['-gdwarf-5', '-O1', '-fno-omit-frame-pointer', '-ffunction-sections']],
  ...(hasTool('clang') ? CLANG : []),
];
