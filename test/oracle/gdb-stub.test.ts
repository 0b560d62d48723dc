/** Stock gdb on `colinux gdb`: the host kernel and the sample guest, each with its own symbols. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TINY_ENTRY, tinyKernel } from '../../core/testing/tiny-kernel.ts';
import { type Bundle, bundleAdapter, bundleCli, guest, hostKernel, root } from '../dap/support/bundle.ts';
import { inSample, lineOf } from '../dap/support/session.ts';

let bundle: Bundle;
let stub: ChildProcess | undefined;
beforeAll(async () => {
  execFileSync('node', ['tools/build-kernels.mjs'], { cwd: root, stdio: 'inherit' });
  bundle = await bundleAdapter();
  await bundleCli(bundle);
});
afterEach(() => {
  stub?.kill();
});
afterAll(() => {
  bundle.dispose();
});

const main = inSample('kernel/main.c');

/** Starts the stub. @returns its port */
async function start(image: string, ...words: string[]): Promise<string> {
  const args = [bundle.file('cli.cjs'), 'gdb', image, '--port', '0', ...words];
  stub = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  return (await said(stub.stderr!, /listening on 127\.0\.0\.1:(\d+)/))[1]!;
}

/** Waits for what a program says. */
function said(stream: Readable, what: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      const found = what.exec(text);
      if (found) resolve(found);
    });
    stream.on('close', () => {
      reject(new Error(`Expected ${String(what)}, but found: ${text}`));
    });
  });
}

/** What gdb says to each of some commands, in their order. @param during is given gdb while it runs */
async function gdb(
  port: string,
  mode: 'remote' | 'extended-remote',
  commands: readonly string[],
  during?: (gdb: ChildProcess) => Promise<void>,
) {
  const setup = [
    ...['set pagination off', 'set confirm off', 'set width 0', 'set schedule-multiple on'],
    `add-inferior -exec ${guest}`,
    `target ${mode} 127.0.0.1:${port}`,
  ];
  const marked = commands.flatMap((command) => ['echo \\n=====\\n', command]);
  const words = [...setup, ...marked].flatMap((command) => ['-ex', command]);
  const child = spawn('gdb', ['-nx', '-batch', ...words, hostKernel], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const closed = once(child, 'close');
  await during?.(child);
  await closed;
  return { answers: output.split('\n=====\n').slice(1), errors };
}

describe('stock gdb', { timeout: 60_000 }, () => {
  it('debugs both kernels, detaches, and attaches again', async () => {
    const port = await start(guest, '--append', 'interactive');
    const script: [command: string, answer: RegExp][] = [
      [
        'info threads',
        /\* 1\.1 +Thread 1\.1 "host kernel".*\n +2\.1 +Thread 2\.2 "guest 0 \(hello-guest\.elf\)" \(has not begun\)/,
      ],
      ['inferior 2', /guest_entry \(\) at kernel\/entry\.S/],
      ['break kmain', /Breakpoint 1 at 0xc01.*kernel\/main\.c/],
      ['continue', /Thread 2\.1 .* hit Breakpoint 1, kmain \(boot=0xc01\w+ <boot_params>\)/],
      ['bt', /#0 +kmain .*\n#1 .* in kernel_start .*\n#2 .* in guest_entry \(\)/],
      ['next', new RegExp(`^${lineOf(main, 'unsigned megabytes = ')}\t`)],
      ['next', new RegExp(`^${lineOf(main, 'bool interactive = ')}\t`)],
      ['step', /has_word \(line=0x\w+ <boot_params\+\d+> "interactive", word=0x\w+ "interactive"\)/],
      ['finish', /Value returned is \$1 = true/],
      ['stepi', new RegExp(`^(0x\\w+\t)?${lineOf(main, 'greet("a coop')}\t`)],
      ['info registers', /eip +0x(\w+) +0x\1 <kmain\+\d+>\neflags .*IF.*\ncs +0x10/],
      ['print $st0', /\$2 = 0/],
      ['print/x boot->memory_size', /\$3 = 0x1000000/],
      ['set var boot_params.memory_size = 0x2000000', /^$/],
      ['print/x *(unsigned *)&boot_params.memory_size', /\$4 = 0x2000000/],
      ['set var boot_params.memory_size = 0x1000000', /^$/],
      ['x/4xb 0xdeadbeef', /^$|0xdeadbeef/],
      // The host, which is away: its stack goes through the system call down to ring 3.
      ['inferior 1', /passage_switch \(page=0x\w+\) at host\/driver\/passage\.c/],
      [
        'bt',
        /#0 .* in passage_switch .*\n#1 .* in iterate .*\n(?:#.*\n)*.*<signal handler called>\n#\d+ +0x0804/,
      ],
      ['print $cr3 != 0 && $eip == (unsigned) $pc', /= 1/],
      ['inferior 2', /kmain/],
      ['delete', /^$/],
      ['hbreak process_run', /Hardware assisted breakpoint 2/],
      ['continue', /Thread 2\.1 .* hit Breakpoint 2, process_run \(argument=1\)/],
      ['watch ticks', /Hardware watchpoint 3: ticks/],
      [
        'continue',
        /hit Hardware watchpoint 3: ticks\n\nOld value = (\d+)\nNew value = \d+\n.*timer_interrupt/,
      ],
      ['delete', /^$/],
      // The other side by a breakpoint of its own; where it lies the guest has code, too.
      ['inferior 1', /passage_switch|iterate/],
      ['break iterate', /Breakpoint 4 at 0xc01/],
      ['continue', /Thread 1\.1 "host kernel" hit Breakpoint 4, iterate/],
      ['monitor help', /^$/],
      ['monitor switches 2', /^$/],
      ['monitor walk guest0:0xc0100000', /^$/],
      // At its end gdb detaches.
      ['monitor walk 0xc0100000', /detached/],
    ];
    const { answers, errors } = await gdb(
      port,
      'extended-remote',
      script.map(([command]) => command),
    );
    script.forEach(([command, answer], n) => {
      expect(answers[n], `${command}\n${errors}`).toMatch(answer);
    });
    expect(errors).toContain('Cannot access memory at address 0xdeadbeef');
    // What monitor commands say, gdb shows beside its own answers.
    expect(errors).toMatch(/walk \[host:\|guestN:\]ADDR/);
    expect(errors).toMatch(/guest 0 \(hello-guest\.elf\) → host kernel/);
    expect(errors).toMatch(/host kernel: 0xc0100000 by cr3 .*\n.*PDE 768 .*\n→ physical:0x00100000/);
    expect(errors).toMatch(/guest 0 \(hello-guest\.elf\): 0xc0100000 by cr3 .*\n.*PDE 768 .*\n.*PTE 256/);

    // The machine has run on meanwhile: the guest waits for keys.
    const again = await gdb(port, 'remote', ['info threads', 'monitor info', 'kill']);
    expect(again.answers[0]).toMatch(/1\.1 .*"host kernel".*\n.*2\.1 .*"guest 0 \(hello-guest\.elf\)"/);
    expect(again.errors).toMatch(/\d+ instructions/);
    const [status] = stub!.exitCode === null ? ((await once(stub!, 'close')) as [number]) : [stub!.exitCode];
    expect(status).toBe(0);
  });

  it('sees the machine end, and runs it again', async () => {
    const port = await start(guest);
    const { answers, errors } = await gdb(port, 'extended-remote', [
      'continue',
      'inferior 2',
      'break terminate',
      'inferior 1',
      'run',
    ]);
    expect(answers[0], errors).toMatch(/Inferior \d \(process \d\) exited with code 01/);
    expect(answers[4], errors).toMatch(/hit Breakpoint .* terminate \(reason=CO_TERMINATE_POWEROFF/);
  });

  it('interrupts a machine that runs', async () => {
    const port = await start(guest, '--append', 'interactive');
    const { answers, errors } = await gdb(
      port,
      'extended-remote',
      ['continue', 'info threads'],
      async (child) => {
        await said(stub!.stdout!, /timer: 5 ticks counted/);
        child.kill('SIGINT');
      },
    );
    expect(answers[0], errors).toMatch(/received signal SIGINT, Interrupt/);
    expect(answers[1]).toMatch(/1\.1 .*(owns the CPU|away)/);
  });

  it('stops at a triple fault, with its causes', async () => {
    // UD2, and the table that real mode has left holds no gate.
    writeFileSync(bundle.file('fault.bin'), tinyKernel([0x0f, 0x0b]).kernel.bytes);
    const port = await start(bundle.file('fault.bin'));
    const { answers, errors } = await gdb(port, 'remote', ['continue', 'print/x $eip']);
    expect(answers[0], errors).toMatch(/received signal SIGSEGV/);
    expect(answers[1]).toContain(`0x${TINY_ENTRY.toString(16)}`);
    expect(answers[0] + errors).toMatch(/Triple fault.*\n +1\. #UD invalid opcode\n +2\. /);
  });
});
