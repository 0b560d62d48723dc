/** What a kernel has from its linker and its assembly: symbols that no compiler has described. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let source: string;

const SOURCE = `${C_ENTRY}
__asm__(".data\\n.globl table\\ntable: .long 7, 8, 9\\nhidden: .long 0x1234\\n.text\\n");
struct entry { int first, second; };
extern char _end[], __bss_start;
extern struct entry table;
int defined = 3;
__attribute__((noinline)) int inside(int n) { extern char _edata[]; return _edata[0] + n; }
void kmain(void) { defined += table.first + __bss_start + _end[0]; inside(defined); }`;

beforeAll(() => {
  kernel = buildImage(tested.bundle, 'linker', SOURCE, { suffix: '.c', flags: ['-O0'] });
  source = tested.bundle.file('linker.c');
});

/** By nm. */
const addresses = () =>
  new Map(
    execFileSync('nm', [kernel], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.split(' '))
      .map(([address, , name]) => [name, `0x${address}`]),
  );

async function stopIn(name: string): Promise<void> {
  session = await tested.open();
  await session.launch({ kernel, breakpoints: [[source, lineOf(source, ` ${name}(`)]] });
  await session.stop();
}

describe('what a file declares', () => {
  it('is where the linker has put it, with its type', async () => {
    await stopIn('kmain');
    const at = addresses();
    expect(await session.evaluate('&_end[0]')).toContain(at.get('_end'));
    expect(await session.evaluate('&__bss_start')).toContain(at.get('__bss_start'));
    expect(await session.evaluate('table.second')).toBe('8');
    expect(await session.evaluate('_end - &__bss_start')).toBe(
      String(Number(at.get('_end')) - Number(at.get('__bss_start'))),
    );
    expect(await session.evaluate('table.second = 80', { context: 'repl' })).toBe('80');
    expect(await session.evaluate('((int *)&table)[1]')).toBe('80');
  });

  it('is known to the function alone that declares it', async () => {
    await stopIn('inside');
    expect(await session.evaluate('&_edata[0]')).toContain(addresses().get('_edata'));
  });
});

describe('what nothing declares', () => {
  it('has an address, and needs a type to have a value', async () => {
    await stopIn('kmain');
    const at = addresses();
    expect(await session.evaluate('&hidden')).toBe(`${at.get('hidden')} <hidden>`);
    expect(await session.evaluate('*(int *)&hidden,x')).toBe('0x00001234');
    expect(await session.evaluate('(char *)&stack - (char *)&_edata > 0')).toBe('1');
    for (const text of ['hidden', 'hidden + 1', '(int)hidden', 'hidden = 1'])
      await expect(session.evaluate(text, { context: 'repl' })).rejects.toThrow(
        text === 'hidden = 1' ? 'no object' : 'write what it is, for example *(int *)&hidden.',
      );
    await expect(session.evaluate('missing')).rejects.toThrow('There is no variable "missing" here');
  });

  it('can be used in conditions', async () => {
    session = await tested.open();
    await session.launch({ kernel, stopOnEntry: true });
    await session.stop();
    const breakAt = async (condition: string) =>
      (
        await session.client.setBreakpointsRequest({
          source: { path: source },
          breakpoints: [{ line: lineOf(source, ' inside('), condition }],
        })
      ).body.breakpoints;
    expect(await breakAt('hidden == 0x1234')).toMatchObject([
      { verified: false, message: expect.stringContaining('*(int *)&hidden') as string },
    ]);
    expect(await breakAt('*(int *)&hidden == 0x1234 && table.first == 7')).toMatchObject([
      { verified: true },
    ]);
    expect(await session.go('continue')).toMatchObject({ reason: 'breakpoint' });
    expect(await session.where()).toContain('inside');
  });
});

/** `twice` is inlined into `live`, all in one instruction: rows of both lines are at its entry. */
const REMOVED = `${C_ENTRY}
int live_data = 3, dead_data = 7;
static inline int twice(int n) { int more = n + 1; return more * 2; }
int dead(int n) { return twice(n) + dead_data; }
__attribute__((noinline)) int live(int n) { int in = n; return twice(in) + live_data; }
__attribute__((used)) void kmain(void) { volatile int n = live(2); (void)n; }`;

describe.each(['-gdwarf-4', '-gdwarf-5', '-gsplit-dwarf'])('what the linker has left out (%s)', (flag) => {
  it('has no value, and breakpoints are shown on the lines that were meant', async () => {
    const flags = ['-O1', flag, '-ffunction-sections', '-fdata-sections', '-Wl,--gc-sections'];
    kernel = buildImage(tested.bundle, `removed${flag}`, REMOVED, { suffix: '.c', flags });
    source = tested.bundle.file(`removed${flag}.c`);
    session = await tested.open();
    const line = lineOf(source, ' live(int');
    const [bound] = await session.launch({ kernel, breakpoints: [[source, line]] });
    expect(bound).toMatchObject({ verified: true, line });
    await session.stop();
    expect((await session.stack())[0]).toMatchObject({ name: 'live', line });
    expect(await session.evaluate('live_data')).toBe('3');
    expect(await session.evaluate('dead_data')).toBe('<optimised out: the linker has left it out>');
    const [live, dead] = await session.scope('Globals');
    expect([live!.value, dead!.value]).toEqual(['3', '<optimised out: the linker has left it out>']);
  });
});
