// The machines that are compared, as processes with COM1 at standard input and output: ours by `colinux run`, as users have it,
// QEMU by TCG, and v86. What comes from COM1 is told line by line, with the time at which it came.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const MEMORY_MIB = 128;

/** @typedef {{ kernel: string, append: string, initrd?: string }} Boot a multiboot kernel, or with `initrd` a Linux bzImage */

const OURS = join(root, 'dist/cli.cjs');
const V86 = fileURLToPath(new URL('v86-machine.mjs', import.meta.url));

function ourArguments({ kernel, append, initrd }) {
  const args = [OURS, 'run', kernel, '--memory', MEMORY_MIB, '--append', append, '--serial', 'stdio'];
  return [process.execPath, ...args, ...(initrd ? ['--initrd', initrd] : [])];
}

function qemuArguments({ kernel, append, initrd }) {
  const args = ['qemu-system-i386', '-M', 'pc', '-accel', 'tcg', '-m', MEMORY_MIB, '-nodefaults'];
  args.push('-display', 'none', '-no-reboot', '-monitor', 'none', '-serial', 'stdio');
  args.push('-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-kernel', kernel, '-append', append);
  return [...args, ...(initrd ? ['-initrd', initrd] : [])];
}

function v86Arguments({ kernel, append, initrd }) {
  const files = initrd ? { bzimage: kernel, initrd } : { multiboot: kernel };
  return [process.execPath, V86, JSON.stringify({ memoryMiB: MEMORY_MIB, cmdline: append, ...files })];
}

/** In the order in which they take turns. */
export const ENGINES = { ours: ourArguments, qemu: qemuArguments, v86: v86Arguments };

/** How long our machine has to keep what it has translated, when it is ended, in milliseconds. */
const KEEPING_MS = 5000;
/** Ours is ended so that it keeps what it has translated, instead of at once. */
let keeps = false;
export const letKeep = () => (keeps = true);

/**
 * Boots on an engine and tells what COM1 says until `onText` returns true, the process ends, or the time is over; then ends the
 * process. `onText` gets each line, and what has come of the last while that is not finished.
 *
 * @param {keyof typeof ENGINES} engine
 * @param {Boot} boot
 * @param {(text: string, seconds: number, line: { finished: boolean, type: (keys: string) => void }) => boolean} onText
 *   `seconds` since the start of the process; `type` sends to COM1
 */
export function runEngine(engine, boot, longestSeconds, onText) {
  const [program, ...args] = ENGINES[engine](boot).map(String);
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    let rest = '';
    let errors = '';
    let done = false;
    const type = (keys) => child.stdin.write(keys);
    const fail = (problem) =>
      finish(new Error(`${engine} ${problem}: ${(errors || rest).trim().slice(-300)}`));
    const timer = setTimeout(() => fail(`took more than ${longestSeconds} s`), longestSeconds * 1000);
    function finish(error) {
      if (done) return;
      done = true;
      clearTimeout(timer);
      const kill = () => child.kill('SIGKILL');
      if (error === undefined && keeps && engine === 'ours') {
        child.kill('SIGINT');
        child.on('close', resolve);
        setTimeout(kill, KEEPING_MS).unref();
        return;
      }
      kill();
      if (error === undefined) resolve();
      else reject(error);
    }
    child.on('error', finish);
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (text) => (errors += text));
    child.stdout.on('data', (bytes) => {
      const seconds = (performance.now() - began) / 1000;
      const lines = (rest + bytes.toString('latin1')).split('\n');
      rest = lines.at(-1);
      try {
        for (const [n, text] of lines.entries()) {
          if (done) return;
          const finished = n < lines.length - 1;
          if (onText(text.replace(/\r$/, ''), seconds, { finished, type })) finish();
        }
      } catch (error) {
        finish(error);
      }
    });
    child.on('close', () => fail('ended too soon'));
  });
}
