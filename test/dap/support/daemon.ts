/** `colinux daemon --dap`: a machine that clients attach to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Bundle, guest } from './bundle.ts';

export interface Daemon {
  readonly process: ChildProcess;
  readonly port: number;
  /** What it has printed. */
  out(): string;
  readonly status: Promise<number | null>;
}

/** A daemon whose guest waits for keys. */
export async function startDaemon(bundle: Bundle, ...options: string[]): Promise<Daemon> {
  const args = [bundle.adapter, 'daemon', `kernel=${guest}`, 'interactive', '--dap', '0', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  const status = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const port = await new Promise<number>((resolve, reject) => {
    let told = '';
    child.stderr.on('data', (data: Buffer) => {
      told += data.toString();
      const [, found] = /listening on 127\.0\.0\.1:(\d+)\n/.exec(told) ?? [];
      if (found !== undefined) resolve(Number(found));
    });
    child.once('exit', () => {
      reject(new Error(told));
    });
  });
  return { process: child, port, out: () => out, status };
}
