/**
 * The sample guest stopped at the same lines, here and under gdb on QEMU: the same frames, the same variables, the same values.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildSample, SAMPLE_VARIANTS } from '../../debug-adapter/symbols/testing/sample-kernel.ts';
import { type Bundle, bundleAdapter, guest, hostKernel } from '../dap/support/bundle.ts';
import { inSample, lineOf, openSession } from '../dap/support/session.ts';

interface Stop {
  readonly name: string;
  readonly line: number;
  readonly variables: Readonly<Record<string, string>>;
}

const main = inSample('kernel/main.c');
/** In the order in which they are reached. */
const PLACES = [
  [main, lineOf(main, 'while (*line == ')],
  [main, lineOf(main, 'console_attribute(0x0b)')],
  [main, lineOf(main, 'return number >= 2')],
  [main, lineOf(main, 'return found;')],
] as const;
/** Of which gdb's `info locals` says nothing. */
const OTHER_SCOPES = ['Registers', 'Globals'];
/** Of kmain, not assigned yet at these places: what interrupts have left on the stack. */
const UNSET = ['primes', 'code'];
const script = join(dirname(fileURLToPath(import.meta.url)), 'locals-gdb.py');

let bundle: Bundle;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'locals-'));
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function underGdb(kernel: string): Promise<Stop[][]> {
  const socket = join(folder, 'gdb');
  const machine = [
    '-M',
    'pc',
    '-accel',
    'tcg',
    '-display',
    'none',
    '-no-reboot',
    '-serial',
    'null',
    '-serial',
    'null',
  ];
  const images = ['-kernel', hostKernel, '-initrd', `${kernel} one two three`];
  const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
  const qemu = spawn('qemu-system-i386', [
    ...machine,
    ...images,
    ...exit,
    '-S',
    '-gdb',
    `unix:${socket},server=on,wait=off`,
  ]);
  try {
    while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
    const answers = join(folder, 'answers.json');
    const places = JSON.stringify(PLACES.map(([file, line]) => `${file}:${line}`));
    const gdb = spawnSync('gdb', ['-nx', '-batch', '-x', script, kernel], {
      encoding: 'utf8',
      timeout: 55_000,
      env: { ...process.env, STUB: socket, PROGRAM: kernel, PLACES: places, ANSWERS: answers },
    });
    if (!existsSync(answers)) throw new Error(gdb.stdout + gdb.stderr);
    return JSON.parse(readFileSync(answers, 'utf8')) as Stop[][];
  } finally {
    qemu.kill();
  }
}

async function here(kernel: string): Promise<Stop[][]> {
  const session = await openSession(bundle.adapter);
  const stops: Stop[][] = [];
  try {
    await session.launch({ kernel, cmdline: 'one two three', breakpoints: [[main, PLACES[0][1]]] });
    for (const [n] of PLACES.entries()) {
      await session.stop();
      const frames: Stop[] = [];
      for (const frame of await session.stack()) {
        if (frame.presentationHint === 'label') break;
        const variables: Record<string, string> = {};
        const { scopes } = (await session.client.scopesRequest({ frameId: frame.id })).body;
        for (const scope of scopes.filter(({ name }) => !OTHER_SCOPES.includes(name)))
          for (const { name, value, type } of (await session.client.variablesRequest(scope)).body.variables) {
            const ask = (expression: string) => session.evaluate(expression, { frameId: frame.id });
            if (value.startsWith('<optimised out')) variables[name] = 'gone';
            else if (/\]$/.test(type ?? '') || /^(?:struct|union) [^*]*$/.test(type ?? ''))
              variables[name] = `${await ask(`sizeof(${name})`)} bytes at ${await ask(`(unsigned)&${name}`)}`;
            else variables[name] = await ask(type?.includes('*') ? `(unsigned)${name}` : `${name},u`);
          }
        frames.push({ name: frame.name, line: frame.line, variables });
        if (frame.name === 'kmain') break;
      }
      stops.push(frames);
      const next = PLACES[n + 1];
      if (!next) break;
      await session.setBreakpoints(main, next[1]);
      await session.client.continueRequest({ threadId: 2 });
    }
  } finally {
    await session.close();
  }
  return stops;
}

const withoutUnset = ({ variables, ...frame }: Stop): Stop => ({
  ...frame,
  variables: Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      UNSET.includes(name) && value !== 'gone' ? 'unset' : value,
    ]),
  ),
});

async function compare(kernel: string): Promise<void> {
  const [ours, theirs] = [await here(kernel), await underGdb(kernel)].map((stops) =>
    stops.map((frames) => frames.map(withoutUnset)),
  );
  expect(ours).toEqual(theirs);
  expect(theirs!.flatMap((frames) => frames.map(({ name }) => name))).toContain('greet');
}

it('has the frames, variables and values of gdb on QEMU', () => compare(guest));

it.each(SAMPLE_VARIANTS)('has them of a kernel by %s, too', async (...variant) => {
  await compare(buildSample(folder, variant));
});
