/** Builds `expressions.c`, stops it under gdb, and has gdb's answers beside the registers and memory that they come from. Uses Node. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FpuState } from '../../../core/protocol/machine-protocol.ts';
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
  /** Of a pointer to a member, how it is shown. */
  readonly text?: string;
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

/** What gdb says of the registers of floating point; those of the stack and of SSE in hexadecimal, the first digit the highest. */
interface GdbFpu {
  readonly fctrl: number;
  readonly fstat: number;
  /** Two bits a register by its own number, 3 for an empty one (SDM vol. 1, 8.1.7). */
  readonly ftag: number;
  readonly mxcsr: number;
  readonly st: readonly string[];
  readonly xmm: readonly string[];
}

const REGISTER_BYTES = 16;
const PER_KIND = 8;

function fpuState({ fctrl, fstat, ftag, mxcsr, st, xmm }: GdbFpu): FpuState {
  const registers = new Uint8Array(PER_KIND * REGISTER_BYTES);
  const vectors = new Uint8Array(PER_KIND * REGISTER_BYTES);
  let valid = 0;
  for (let n = 0; n < PER_KIND; n++) {
    const physical = (((fstat >>> 11) & 7) + n) & 7;
    registers.set(Buffer.from(st[n]!, 'hex').reverse(), physical * REGISTER_BYTES);
    vectors.set(Buffer.from(xmm[n]!, 'hex').reverse(), n * REGISTER_BYTES);
    if (((ftag >>> (2 * n)) & 3) !== 3) valid |= 1 << n;
  }
  return {
    ...{ control: fctrl, status: fstat, valid, registers, mxcsr, xmm: vectors },
    last: { opcode: 0, cs: 0, ip: 0, ds: 0, dp: 0 },
  };
}

/** Which program is built, how, and where gdb stands in it. */
interface Subject {
  /** Files of this folder; the first is the one that stops. */
  readonly sources?: readonly string[];
  readonly flags?: readonly string[];
  /** The function whose frame the expressions are about. */
  readonly frame?: string;
}

export interface Workbench {
  /** A program in `checkpoint`, and gdb's answers to the expressions. */
  stop(
    compiler: 'gcc' | 'clang',
    level: string,
    version: number,
    expressions?: readonly string[],
    subject?: Subject,
  ): {
    readonly image: SymbolImage;
    /** Of the program's file. */
    readonly path: string;
    readonly program: StoppedProgram;
    readonly answers: readonly Answer[];
  };
  dispose(): void;
}

export function openWorkbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'expressions-'));
  return {
    stop(compiler, level, version, expressions = [], subject = {}) {
      const { sources = ['expressions.c'], flags = [], frame = 'work' } = subject;
      const path = join(folder, `${compiler}${level}-${version}`);
      const target = compiler === 'clang' ? ['--target=i386-linux-gnu'] : [];
      run(compiler, [
        ...[...target, ...FLAGS, level, `-gdwarf-${version}`, ...flags],
        ...[...sources.map((source) => join(here, source)), '-o', path],
      ]);
      const files = {
        ...{ EXPRESSIONS: `${path}.json`, ANSWERS: `${path}.out` },
        // One that is no function has no prologue.
        STOP: sources[0] === 'floats.c' ? '*checkpoint' : 'checkpoint',
        FRAME: frame,
      };
      writeFileSync(files.EXPRESSIONS, JSON.stringify(expressions));
      run('gdb', ['-nx', '-batch', '-x', join(here, 'expressions.py'), path], files);
      const { registers, fpu, memory, answers } = JSON.parse(readFileSync(files.ANSWERS, 'utf8')) as {
        registers: number[];
        fpu: GdbFpu;
        memory: { low: number; hex: string }[];
        answers: Answer[];
      };
      const image = SymbolImage.open(new Uint8Array(readFileSync(path)), path);
      const read = pagedMemory(memory);
      return { image, path, program: stopProgram(image, registers, read, HINTS, fpuState(fpu)), answers };
    },
    dispose() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
