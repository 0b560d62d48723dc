/*
 * Owns how QEMU tells what it does: its registers before each instruction, then what that instruction stored (`plugin.c`).
 * One instruction a translation block; the log comes through a pipe (hundreds of megabytes, never on disk), without
 * the firmware. RAM is a file, which holds the memory's end state when QEMU has ended.
 */

import { execFile, spawn } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newState, type RecordLines, readRecord, RECORD_LINES, type State } from './state.ts';

export const MEMORY_BYTES = 128 << 20;

export interface QemuEvents {
  /** Before an instruction. The state is reused: copy what must stay. `false` ends the comparison. */
  state(state: State): boolean;
  /** The instruction of the last state stored these bytes. */
  store(physical: number, bytes: Uint8Array): void;
}

export interface QemuLog {
  /** Tells everything in the order in which it happened. @returns whether the log was heard to its end. */
  forEach(events: QemuEvents): Promise<boolean>;
  /** What COM1 printed, once the log has ended. */
  com1(): string;
  /** RAM as QEMU left it, once the log has ended. */
  memory(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

const DEADLINE_MS = 600_000;
const NEWLINE = 10;
const STORE = 0x57;
const RECORD = 0x45;
/** "W 00112233 " */
const STORE_BYTES_AT = 11;

/** The plugin's source is beside this file, also when this file is part of a bundle (`folder`). */
async function buildPlugin(source: string, to: string): Promise<void> {
  await promisify(execFile)(process.env.CC ?? 'gcc', [
    ...['-shared', '-fPIC', '-O2', '-fvisibility=hidden', '-o', to],
    source,
  ]);
}

function storeOf(bytes: Buffer, from: number, to: number): { physical: number; stored: Uint8Array } {
  return {
    physical: parseInt(bytes.toString('latin1', from + 2, from + STORE_BYTES_AT - 1), 16),
    stored: Buffer.from(bytes.toString('latin1', from + STORE_BYTES_AT, to), 'hex'),
  };
}

/**
 * @param ranges linear addresses whose instructions are logged, as `-dfilter` takes them: FIRST+SIZE, with commas.
 * @param plugin path of `plugin.c`
 */
export async function traceQemu(
  kernel: string,
  ranges: string,
  plugin = fileURLToPath(new URL('plugin.c', import.meta.url)),
): Promise<QemuLog> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-'));
  const file = (name: string) => join(folder, name);
  await buildPlugin(plugin, file('plugin.so'));
  const backend = `memory-backend-file,id=ram,size=${String(MEMORY_BYTES)},mem-path=${file('ram')},share=on`;
  const pluginRanges = ranges.split(',').map((range) => `range=${range}`);
  const args = ['-object', backend, '-M', 'pc,memory-backend=ram', '-m', `${String(MEMORY_BYTES >> 20)}M`];
  args.push('-accel', 'tcg', '-display', 'none', '-no-reboot', '-monitor', 'none');
  args.push('-serial', `file:${file('com1')}`, '-device', 'isa-debug-exit,iobase=0xf4,iosize=4');
  args.push('-plugin', [file('plugin.so'), `ram=${file('ram')}`, ...pluginRanges].join(','));
  args.push('-singlestep', '-d', 'cpu,fpu,nochain,plugin', '-dfilter', ranges, '-D', '/dev/fd/3');
  args.push('-kernel', kernel);
  // A pipe of the shell: QEMU opens its log by name, and the sockets that Node calls pipes cannot be opened so.
  const script = '"$@" 3>&1 >/dev/null 2>/dev/null | cat 2>/dev/null';
  const child = spawn('sh', ['-c', script, 'sh', 'qemu-system-i386', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  /** The shell, cat and QEMU, which does not end when nobody reads its log. */
  const kill = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // They have ended.
    }
  };
  const deadline = setTimeout(kill, DEADLINE_MS);

  return {
    async forEach(events) {
      const state = newState();
      const lines: RecordLines = new Int32Array(RECORD_LINES);
      let rest: Buffer = Buffer.alloc(0);
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
        let start = 0;
        for (;;) {
          const first = bytes[start];
          if (first === STORE) {
            const end = bytes.indexOf(NEWLINE, start);
            if (end < 0) break;
            const { physical, stored } = storeOf(bytes, start, end);
            events.store(physical, stored);
            start = end + 1;
            continue;
          }
          let position = start;
          let n = 0;
          for (; n < RECORD_LINES; n++) {
            lines[n] = position;
            position = bytes.indexOf(NEWLINE, position) + 1;
            if (position === 0) break;
          }
          if (n < RECORD_LINES) break;
          if (first !== RECORD) throw new Error('The log of QEMU has another form than expected.');
          readRecord(bytes, lines, state);
          if (!events.state(state)) return false;
          start = position;
        }
        rest = bytes.subarray(start);
      }
      return true;
    },
    com1: () => readFileSync(file('com1'), 'latin1'),
    memory: () => createReadStream(file('ram'), { highWaterMark: 1 << 20 }),
    async close() {
      clearTimeout(deadline);
      child.stdout.destroy();
      kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
