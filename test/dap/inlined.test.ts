/** Steps through optimised code: inlined calls are stepped over, into and out of like any others. */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let file: string;
beforeAll(async () => {
  kernel = buildImage(tested.bundle, 'inlined', source, { suffix: '.c', flags: ['-O2'] });
  file = tested.bundle.file('inlined.c');
});

const source = `${C_ENTRY}volatile int input = 3, output, trace[8];

static inline __attribute__((always_inline)) int twice(int n)
{
	trace[0] = n;
	trace[1] = n + 1;
	return n * 2;
}

static inline __attribute__((always_inline)) int deeper(int n)
{
	trace[2] = n; /* in deeper */
	int result = twice(n) + 1;
	trace[3] = result;
	return result;
}

__attribute__((noinline)) static int outer(int n)
{
	trace[4] = n; /* first */
	int a = deeper(n);
	trace[5] = a; /* second */
	for (int i = 0; i < 100000; i++) output += i & 3; /* loop */
	trace[6] = output; /* third */
	return a;
}

void kmain(void)
{
	output = outer(input);
	output = input; /* back */
	__asm__ volatile("outb %%al, $0xf4" :: "a"(0));
}
`;

async function to(text: string): Promise<void> {
  session = await tested.open();
  await session.launch({ kernel, breakpoints: [[file, lineOf(file, text)]] });
  await session.stop();
  await session.setBreakpoints(file);
}
const line = async () => (await session.stack())[0]!.line;
const names = () => session.names();

describe('optimised code', () => {
  it('next runs inlined calls to their end, and loops at full speed', async () => {
    await to('/* first */');
    const visited: number[] = [];
    for (let n = 0; n < 12 && !visited.includes(lineOf(file, '/* third */')); n++) {
      await session.go('next');
      expect((await names())[0]).toBe('outer');
      visited.push(await line());
    }
    expect(visited).toContain(lineOf(file, '/* second */'));
    expect(visited).toContain(lineOf(file, '/* third */'));
  });

  it('next inside an inlined call stays in it, and comes back to its caller', async () => {
    await to('/* in deeper */');
    expect((await names()).slice(0, 2)).toEqual(['deeper', 'outer']);
    const seen: string[] = [];
    for (let n = 0; n < 8; n++) {
      await session.go('next');
      seen.push((await names())[0]!);
      if (seen.at(-1) === 'outer') break;
    }
    expect(seen).not.toContain('twice');
    expect(seen.at(-1)).toBe('outer');
  });

  it('stepIn goes into inlined calls', async () => {
    await to('/* first */');
    const seen = new Set<string>();
    for (let n = 0; n < 6; n++) {
      await session.go('stepIn');
      seen.add((await names())[0]!);
    }
    expect([...seen]).toEqual(expect.arrayContaining(['deeper', 'twice', 'outer']));
  });

  it('stepOut leaves an inlined call, then the function around it', async () => {
    await to('/* in deeper */');
    await session.go('stepOut');
    expect((await names())[0]).toBe('outer');
    await session.go('stepOut');
    expect((await names())[0]).toBe('kmain');
  });
});
