/** Builds `expressions.c`, stops it under gdb, and has gdb's answers beside the registers and memory that they come from. Uses Node. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SymbolImage } from '../../symbols/image.ts';
import { run } from '../../symbols/testing/fixtures.ts';
import { listHint } from '../format-specifier.ts';
import { pagedMemory, stopProgram, type StoppedProgram } from './stopped-program.ts';

/** What gdb says of an expression. */
export interface Answer {
  readonly error?: string;
  readonly gone?: boolean;
  readonly size?: number;
  readonly integer?: string;
  readonly signed?: boolean;
  readonly float?: string;
  readonly address?: number;
}

const here = dirname(fileURLToPath(import.meta.url));
const FLAGS = [
  ...[
    '-m32',
    '-march=i686',
    '-ffreestanding',
    '-fno-pie',
    '-fno-stack-protector',
    '-nostdlib',
    '-static',
    '-w',
  ],
  ...['-Wl,-m,elf_i386', '-Wl,-e,_start', '-Wl,-z,noexecstack', '-I', here],
];

/** As a launch would give them; the second is of another kernel. */
const HINTS = ['sessions,list(struct task, node)', 'tasks,list(struct nowhere, x)'].map((text) =>
  listHint(text)!,
);

export interface Workbench {
  /** The program of a source file in `checkpoint`, and gdb's answers to the expressions in the frame of `work`. */
  stop(
    compiler: 'gcc' | 'clang',
    level: string,
    version: number,
    expressions?: readonly string[],
    source?: string,
  ): { readonly program: StoppedProgram; readonly answers: readonly Answer[] };
  dispose(): void;
}

export function openWorkbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'expressions-'));
  return {
    stop(compiler, level, version, expressions = [], source = 'expressions.c') {
      const path = join(folder, `${compiler}${level}-${version}`);
      const target = compiler === 'clang' ? ['--target=i386-linux-gnu'] : [];
      run(compiler, [...target, ...FLAGS, level, `-gdwarf-${version}`, join(here, source), '-o', path]);
      const files = { EXPRESSIONS: `${path}.json`, ANSWERS: `${path}.out` };
      writeFileSync(files.EXPRESSIONS, JSON.stringify(expressions));
      run('gdb', ['-nx', '-batch', '-x', join(here, 'expressions.py'), path], files);
      const { registers, memory, answers } = JSON.parse(readFileSync(files.ANSWERS, 'utf8')) as {
        registers: number[];
        memory: { low: number; hex: string }[];
        answers: Answer[];
      };
      const image = SymbolImage.open(new Uint8Array(readFileSync(path)), path);
      return { program: stopProgram(image, registers, pagedMemory(memory), HINTS), answers };
    },
    dispose() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
