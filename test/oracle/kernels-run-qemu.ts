/*
 * Owns how oracle tests run QEMU: always by TCG, never KVM, one image, both serial ports in files or pipes, and the
 * process status that isa-debug-exit gives. Nothing here knows what is booted.
 */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What to boot: a multiboot kernel, or a flat ROM in place of QEMU's firmware. */
export interface QemuRun {
  readonly kernel?: string;
  readonly bios?: string;
  /** Multiboot command line. */
  readonly append?: string;
  /** Multiboot modules: `file arguments`. */
  readonly initrd?: string;
  readonly extra?: readonly string[];
  /** Is called with what has come on COM2 so far; what it returns is sent there once. */
  readonly type?: (com2: Uint8Array) => Uint8Array | undefined;
  /** Raises an NMI, once and a second later, when this is true of what has come on COM2 so far. */
  readonly nmi?: (com2: Uint8Array) => boolean;
  /** Milliseconds that it may take, 55,000 if nothing is said. */
  readonly longest?: number;
}

/** What came of it. `status` is 2 v + 1 for a byte v written to port F4h. */
export interface QemuResult {
  readonly status: number | null;
  readonly com1: string;
  readonly com2: Uint8Array;
}

const NMI_DELAY_MS = 1000;

/** Boots an image and waits for its end. */
export async function runQemu(run: QemuRun): Promise<QemuResult> {
  const folder = await mkdtemp(join(tmpdir(), 'qemu-oracle-'));
  const com1 = join(folder, 'com1');
  const monitor = join(folder, 'monitor');
  const args = ['-M', 'pc', '-accel', 'tcg', '-display', 'none', '-no-reboot'];
  args.push('-monitor', run.nmi ? `unix:${monitor},server=on,wait=off` : 'none');
  args.push('-serial', `file:${com1}`, '-serial', 'stdio');
  args.push('-device', 'isa-debug-exit,iobase=0xf4,iosize=4');
  if (run.kernel) args.push('-kernel', run.kernel);
  if (run.bios) args.push('-bios', run.bios);
  if (run.append) args.push('-append', run.append);
  if (run.initrd) args.push('-initrd', run.initrd);
  const child = spawn('qemu-system-i386', [...args, ...(run.extra ?? [])], {
    timeout: run.longest ?? 55_000,
  });
  const chunks: Buffer[] = [];
  let errors = '';
  let typed = false;
  let interrupted = false;
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (!interrupted && run.nmi?.(Buffer.concat(chunks))) {
      interrupted = true;
      // What is seen was sent on the way: the guest needs a moment to come to where the NMI is meant to find it.
      setTimeout(() => {
        // QEMU reads a command only while somebody listens.
        const connection = connect(monitor, () => connection.write('nmi\n'));
        connection.on('error', (error) => (errors += error.message));
        connection.resume();
        child.on('close', () => connection.destroy());
      }, NMI_DELAY_MS);
    }
    const keys = typed ? undefined : run.type?.(Buffer.concat(chunks));
    if (!keys) return;
    typed = true;
    child.stdin.write(keys);
  });
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (status === null) throw new Error(`QEMU did not end by itself: ${errors}`);
    return { status, com1: readFileSync(com1, 'latin1'), com2: Buffer.concat(chunks) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
