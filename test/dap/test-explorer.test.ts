/** What the Test Explorer runs: a kernel of tests in the adapter inside of this process, its results, and what it has executed. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createNodeHost } from '../../debug-adapter/node-host.ts';
import { ColinuxDebugSession } from '../../debug-adapter/session.ts';
import { runTests } from '../../extension/testing/run-tests.ts';
import { openEndsOnNode } from '../../platform/node/ends.ts';
import { type Bundle, bundleAdapter, guest } from './support/bundle.ts';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf } from './support/session.ts';

const KERNEL = `${C_ENTRY}
static void out(unsigned short port, unsigned char value) { __asm__ volatile("outb %0, %1" :: "a"(value), "Nd"(port)); }
static void print(const char *text) { while (*text) out(0x3f8, *text++); }
static int largest(int a, int b) {
	if (a > b)
		return a; /* never */
	return b;
}
void kmain(void) {
	print("TAP version 14\\n1..2\\n");
	print(largest(1, 2) == 2 ? "ok 1 - largest\\n" : "not ok 1 - largest\\n");
	print("not ok 2 - broken\\n  # at kernel/broken.c:7\\n");
	out(0xf4, 0);
}
`;

let bundle: Bundle;
let kernel: string;
beforeAll(async () => {
  bundle = await bundleAdapter();
  kernel = buildImage(bundle, 'tests', KERNEL, { suffix: '.c' });
});
afterAll(() => {
  bundle.dispose();
});

function run(launch: Record<string, unknown>, signal = new AbortController().signal) {
  const session = new ColinuxDebugSession(createNodeHost(bundle.folder, openEndsOnNode(bundle.folder)));
  let text = '';
  return runTests(session, launch, { output: (more) => (text += more) }, signal).then((result) => ({
    ...result,
    text,
  }));
}

it('has the results that the kernel prints, and what it has executed', async () => {
  const { report, coverage, text } = await run({ kernel, coverage: true });
  expect(text).toContain('TAP version 14');
  expect(report.complete).toBe(true);
  expect(report.tests.map(({ name, status }) => [name, status])).toEqual([
    ['largest', 'passed'],
    ['broken', 'failed'],
  ]);
  const source = bundle.file('tests.c');
  const file = coverage?.files.find(({ path }) => path === source);
  const count = (text: string) => file?.lines.find(({ line }) => line === lineOf(source, text))?.count;
  expect(count('return b;')).toBe(1);
  expect(count('/* never */')).toBe(0);
  expect(file?.functions.find(({ name }) => name === 'largest')?.count).toBe(1);
  const [branch] = file?.branches.filter(({ line }) => line === lineOf(source, 'if (a > b)')) ?? [];
  expect(branch).toMatchObject({ reached: true });
  expect([branch?.taken, branch?.passed].sort()).toEqual([0, 1]);
  expect(readFileSync(source, 'utf8').split('\n').length).toBeGreaterThan(
    Math.max(...file!.lines.map(({ line }) => line)),
  );
});

it('without coverage records nothing, and a kernel that prints no results has none', async () => {
  const { report, coverage, status } = await run({ kernel: guest });
  expect(coverage).toBeUndefined();
  expect(report.tests).toEqual([]);
  expect(status).toBe(0);
});

it('ends at once when it is cancelled', async () => {
  const abort = new AbortController();
  const running = run({ kernel: guest, cmdline: 'interactive' }, abort.signal);
  setTimeout(() => abort.abort(), 300);
  expect((await running).report.tests).toEqual([]);
});
