/*
 * Owns how QEMU tells its processor state before each instruction: one instruction a translation block, its log through
 * a pipe (hundreds of megabytes, never on disk), without the firmware.
 */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newState, readRecord, RECORD_LINES, type State } from './lockstep-state.ts';

export interface QemuLog {
  /** Calls `each` with every record until it returns false. The state is reused: copy what must stay. */
  forEach(each: (state: State) => boolean): Promise<void>;
  /** What COM1 printed, once the log has ended. */
  com1(): string;
  close(): Promise<void>;
}

const NEWLINE = 10;

/** @param range linear addresses whose instructions are logged, as `-dfilter` takes them. */
export async function traceQemu(kernel: string, range: string): Promise<QemuLog> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-'));
  const com1 = join(folder, 'com1');
  const args = ['-M', 'pc', '-accel', 'tcg', '-display', 'none', '-no-reboot', '-monitor', 'none'];
  args.push('-serial', `file:${com1}`, '-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-kernel', kernel);
  args.push('-singlestep', '-d', 'cpu,nochain', '-dfilter', range, '-D', '/dev/fd/3');
  // A pipe of the shell: QEMU opens its log by name, and the sockets that Node calls pipes cannot be opened so.
  const script = '"$@" 3>&1 >/dev/null 2>/dev/null | cat 2>/dev/null';
  const child = spawn('sh', ['-c', script, 'sh', 'qemu-system-i386', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
  });

  return {
    async forEach(each) {
      const state = newState();
      const lines = new Int32Array(RECORD_LINES);
      let rest: Buffer = Buffer.alloc(0);
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
        let start = 0;
        for (;;) {
          let position = start;
          let n = 0;
          for (; n < RECORD_LINES; n++) {
            lines[n] = position;
            position = bytes.indexOf(NEWLINE, position) + 1;
            if (position === 0) break;
          }
          if (n < RECORD_LINES) break;
          if (bytes[start] !== 0x45 /* EAX= */)
            throw new Error('The log of QEMU has another form than expected.');
          readRecord(bytes, lines, state);
          if (!each(state)) return;
          start = position;
        }
        rest = bytes.subarray(start);
      }
    },
    com1: () => readFileSync(com1, 'latin1'),
    async close() {
      child.stdout.destroy();
      child.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
