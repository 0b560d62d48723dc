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

const FXSAVE_BYTES = 512;
const REGISTER_BYTES = 16;

/** What FXSAVE writes (SDM vol. 1, table 10-2): the x87's registers from the top of its stack on, here by their own numbers. */
function fxsaved(area: Uint8Array): FpuState {
  const data = new DataView(area.buffer, area.byteOffset, area.byteLength);
  const status = data.getUint16(2, true);
  const registers = new Uint8Array(8 * REGISTER_BYTES);
  for (let n = 0; n < 8; n++) {
    const physical = (((status >>> 11) & 7) + n) & 7;
    const at = 32 + n * REGISTER_BYTES;
    registers.set(area.subarray(at, at + 10), physical * REGISTER_BYTES);
  }
  return {
    ...{ control: data.getUint16(0, true), status, valid: area[4]!, registers },
    ...{ mxcsr: data.getUint32(24, true), xmm: area.slice(160, 160 + 8 * REGISTER_BYTES) },
    last: { opcode: 0, cs: 0, ip: 0, ds: 0, dp: 0 },
  };
}

export interface Workbench {
  /** The program of a source file in `checkpoint`, and gdb's answers to the expressions in the frame of `work`. */
  stop(
    compiler: 'gcc' | 'clang',
    level: string,
    version: number,
    expressions?: readonly string[],
    source?: string,
    more?: readonly string[],
  ): { readonly program: StoppedProgram; readonly answers: readonly Answer[] };
  dispose(): void;
}

export function openWorkbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'expressions-'));
  return {
    stop(compiler, level, version, expressions = [], source = 'expressions.c', more = []) {
      const path = join(folder, `${compiler}${level}-${version}`);
      const target = compiler === 'clang' ? ['--target=i386-linux-gnu'] : [];
      run(compiler, [
        ...[...target, ...FLAGS, level, `-gdwarf-${version}`, ...more],
        ...[join(here, source), '-o', path],
      ]);
      const files = {
        ...{ EXPRESSIONS: `${path}.json`, ANSWERS: `${path}.out` },
        // One that is no function has no prologue.
        STOP: source === 'floats.c' ? '*checkpoint' : 'checkpoint',
      };
      writeFileSync(files.EXPRESSIONS, JSON.stringify(expressions));
      run('gdb', ['-nx', '-batch', '-x', join(here, 'expressions.py'), path], files);
      const { registers, memory, answers } = JSON.parse(readFileSync(files.ANSWERS, 'utf8')) as {
        registers: number[];
        memory: { low: number; hex: string }[];
        answers: Answer[];
      };
      const image = SymbolImage.open(new Uint8Array(readFileSync(path)), path);
      const read = pagedMemory(memory);
      const area = image.findVariable('fpu_area')?.locate();
      const fpu = area?.kind === 'memory' ? fxsaved(read(area.address, FXSAVE_BYTES)) : undefined;
      return { program: stopProgram(image, registers, read, HINTS, fpu), answers };
    },
    dispose() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
