/** Sources that are not those of the kernel: told once for each file, by the MD5 of clang, and by the times of files for gcc. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guest } from './support/bundle.ts';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let source: string;

const SOURCE = `${C_ENTRY}
volatile int seen;
void kmain(void) {
	seen = 1; /* here */
	seen = 2; /* there */
}`;

function build(compiler: 'gcc' | 'clang'): void {
  kernel = buildImage(tested.bundle, `stale-${compiler}`, SOURCE, {
    ...{ compiler, suffix: '.c', flags: ['-O0', '-gdwarf-5'] },
  });
  source = tested.bundle.file(`stale-${compiler}.c`);
}

/** @param seconds by which a file is newer than the kernel */
function age(file: string, seconds: number): void {
  const { mtimeMs } = statSync(kernel);
  utimesSync(file, new Date(), new Date(mtimeMs + 1000 * seconds));
}

const edit = () => {
  writeFileSync(source, `/* One line more. */\n${SOURCE}`);
};

async function toLine(text: string, options: object = {}): Promise<DebugProtocol.Breakpoint[]> {
  session = await tested.open();
  const bound = await session.launch({ kernel, breakpoints: [[source, lineOf(source, text)]], ...options });
  await session.stop();
  return bound;
}

const EXPECTED = /is not the file that|is newer than|ist neuer als/;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const heard = () =>
  session.messages
    .map((message) => message as DebugProtocol.OutputEvent)
    .filter(({ event, body }) => event === 'output' && EXPECTED.test(body.output))
    .map(({ body }) => body);

/** What is said, when as much as is expected has come and what is too much had time to. */
async function told(expected: number): Promise<DebugProtocol.OutputEvent['body'][]> {
  const limit = Date.now() + 20_000;
  while (heard().length < expected && Date.now() < limit) await pause(20);
  await pause(500);
  return heard();
}

afterEach(async () => {
  await session.close();
});

describe('of a kernel that clang has compiled', () => {
  beforeEach(() => {
    build('clang');
  });

  it('a file that is another one is told once, with its place, by its contents alone', async () => {
    const line = lineOf(source, '/* here */');
    edit();
    age(source, -60);
    await toLine('/* here */');
    await session.go('next');
    await session.stack();
    await session.setBreakpoints(source, line, line + 1);
    const [first, ...others] = await told(1);
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      category: 'console',
      output: `${source} is not the file that stale-clang.elf was compiled from: its lines, and breakpoints in it, may be of other code. Build stale-clang.elf anew and restart, or open the sources of this build.\n`,
      source: { path: source },
      line: 1,
    });
  });

  it('is told when a frame in it is shown, too', async () => {
    edit();
    session = await tested.open();
    await session.launch({ kernel, stopOnEntry: true });
    await session.stop();
    expect(await told(0)).toEqual([]);
    const [instructionReference] = (await session.evaluate('&kmain')).split(' ');
    await session.client.customRequest('setInstructionBreakpoints', {
      breakpoints: [{ instructionReference }],
    });
    await session.go('continue');
    expect(await told(0)).toEqual([]);
    await session.stack();
    expect(await told(1)).toHaveLength(1);
  });

  it('the same file is not told, whatever its time is, and frames have its checksum', async () => {
    age(source, 3600);
    await toLine('/* here */');
    const [frame] = await session.stack();
    const checksum = createHash('md5').update(readFileSync(source)).digest('hex');
    expect(frame!.source!.checksums).toEqual([{ algorithm: 'MD5', checksum }]);
    expect(await told(0)).toEqual([]);
  });

  it('is looked at again after a restart: no word when the kernel is built anew, another one when it is not', async () => {
    edit();
    await toLine('/* here */');
    expect(await told(1)).toHaveLength(1);
    await session.client.customRequest('restart', {});
    await session.stop();
    expect(await told(2)).toHaveLength(2);
    build('clang');
    await session.client.customRequest('restart', {});
    await session.stop();
    expect(await told(2)).toHaveLength(2);
  });
});

describe('of a kernel that gcc has compiled', () => {
  beforeEach(() => {
    build('gcc');
  });

  it('a file that is newer than the kernel is told once', async () => {
    age(source, 60);
    await toLine('/* here */');
    await session.go('next');
    const [frame] = await session.stack();
    expect(frame!.source!.checksums).toBeUndefined();
    expect((await told(1)).map(({ output }) => output)).toEqual([
      `${source} is newer than stale-gcc.elf: its lines, and breakpoints in it, may be of other code. Build stale-gcc.elf anew and restart.\n`,
    ]);
  });

  it('one that is older is not', async () => {
    age(source, -60);
    await toLine('/* here */');
    expect(await told(0)).toEqual([]);
  });

  it('the kernel that runs counts, not one that is built anew meanwhile', async () => {
    session = await tested.open();
    age(source, -60);
    await session.launch({ kernel, breakpoints: [] });
    const { mtimeMs } = statSync(kernel);
    age(source, 60);
    utimesSync(kernel, new Date(), new Date(mtimeMs + 120_000));
    await session.setBreakpoints(source, lineOf(source, '/* here */'));
    expect(await told(1)).toHaveLength(1);
  });

  it('is told in the language of the client', async () => {
    age(source, 60);
    await toLine('/* here */', { locale: 'de' });
    const texts = (await told(1)).map(({ output }) => output);
    expect(texts).toEqual([
      `${source} ist neuer als stale-gcc.elf: Die Zeilen der Datei und Haltepunkte darin können zu anderem Code gehören. Bauen Sie stale-gcc.elf neu und starten Sie die Sitzung neu.\n`,
    ]);
  });
});

it('of the sample and its host kernel nothing is told', async () => {
  session = await tested.open();
  const main = inSample('kernel/main.c');
  await session.launch({ kernel: guest, breakpoints: [[main, lineOf(main, 'greet(')]] });
  await session.stop();
  for (const { id } of (await session.client.threadsRequest()).body.threads) await session.stack(id);
  expect(await told(0)).toEqual([]);
});
