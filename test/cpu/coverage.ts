/*
 * Owns what `docs/cpu-coverage.md` says: which cells (operation, operand size, mode) are executed by the recorded vectors, the
 * system-level programs and the lock-step images, and why the others are not.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ExecutionMode, ExecutionObserver, OpcodeCell } from '../../core/cpu/decode/observe.ts';
import { carryOver } from '../../core/testing/vector-modes.ts';
import type { VectorRecord } from '../../core/testing/vector-record.ts';
import { createVectorRunner } from '../../core/testing/vectors.ts';
import { runMachine } from '../kernels/run-machine.ts';

const SUFFIX = '.jsonl.gz';
const VECTOR_MODES = ['protected', 'real', 'virtual-8086', '16-bit protected'] as const;

const keyOf = ({ opcode, digit, form, size }: OpcodeCell, mode: ExecutionMode) =>
  `${String(opcode)}/${String(digit)}/${form}/${String(size)}/${mode}`;

export interface Coverage {
  readonly cells: readonly OpcodeCell[];
  /** How often a cell was executed. */
  readonly executed: (cell: OpcodeCell, mode: ExecutionMode) => number;
}

/**
 * @param vectors folder of recorded vectors
 * @param images multiboot images to run to their end
 */
export function measure(
  vectors: string,
  images: readonly string[],
  progress: (text: string) => void,
): Coverage {
  const counts = new Map<string, number>();
  const onExecute: ExecutionObserver = (cell, mode) => {
    const key = keyOf(cell, mode);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  for (const file of readdirSync(vectors).filter((name) => name.endsWith(SUFFIX))) {
    const group = file.slice(0, -SUFFIX.length);
    const records = gunzipSync(readFileSync(join(vectors, file)))
      .toString('latin1')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as VectorRecord);
    for (const mode of VECTOR_MODES) {
      const runner = createVectorRunner({ mode, onExecute });
      for (const original of records) {
        const record = mode === 'protected' ? original : carryOver(original);
        if (record) runner.run(record, group);
      }
    }
    progress(group);
  }
  for (const image of images) {
    const { end } = runMachine(image, onExecute);
    progress(`${image.slice(image.lastIndexOf('/') + 1)}: ${end}`);
  }
  const executed = (cell: OpcodeCell, mode: ExecutionMode) => counts.get(keyOf(cell, mode)) ?? 0;
  return { cells: createVectorRunner().cells(), executed };
}
