/**
 * Variables that live in registers, set in a real machine: what is set is what the program goes on with. In registers of SSE, the x87 and
 * MMX; in registers of a caller that the called function has saved; and what an interrupt hides.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let kernel: string;
let file: string;
beforeAll(() => {
  kernel = buildImage(tested.bundle, 'floating', source, {
    suffix: '.c',
    flags: ['-O2', '-msse2', '-mfpmath=sse', '-fno-ipa-ra'],
  });
  file = tested.bundle.file('floating.c');
});

const source = `${C_ENTRY}typedef int v2si __attribute__((vector_size(8)));
volatile double in = 1.25, out, handled;
volatile float single_in = 3, single_out;
volatile long double wide_out;
volatile v2si pair_in = { 3, -4 }, pair_out;
volatile int int_in = 14, int_out, calls;
unsigned short idt[0x41][4];
struct __attribute__((packed)) { unsigned short limit; void *base; } idtr = { sizeof idt - 1, idt };

__attribute__((noinline)) static void sse(void)
{
	double x = in * 2;
	float g = single_in + 0.5f;
	__asm__ volatile("" : "+x"(x), "+x"(g));
	__asm__ volatile("nop" : "+x"(x), "+x"(g)); /* SSE */
	out = x;
	single_out = g;
}

__attribute__((noinline)) static void x87(void)
{
	long double wide = 0.5L;
	__asm__ volatile("" : "+t"(wide));
	__asm__ volatile("nop" : "+t"(wide)); /* x87 */
	wide_out = wide;
}

__attribute__((noinline)) static void mmx(void)
{
	v2si pair = pair_in + pair_in;
	__asm__ volatile("" : "+y"(pair));
	__asm__ volatile("nop" : "+y"(pair)); /* MMX */
	pair_out = pair;
	__builtin_ia32_emms();
}

__attribute__((noinline)) void leaf(int argument)
{
	calls += argument;
	__asm__ volatile("nop" : : : "ebx", "esi", "edi", "ebp"); /* leaf */
	calls++;
}

__attribute__((noinline)) static void between(int argument)
{
	__asm__ volatile("" : : : "memory");
	leaf(argument + 1);
	calls++;
}

__attribute__((noinline)) static void caller(void)
{
	int kept = int_in * 3;
	double gone = in * 4;
	out = gone;
	between(2);
	int_out = kept;
}

__attribute__((noinline, used)) static void handler(void)
{
	handled = in * 100;
	calls++; /* handler */
}
__asm__("isr: pushal\\n call handler\\n popal\\n iret");

__attribute__((noinline)) static void interrupted(void)
{
	extern char isr[];
	idt[0x40][0] = (unsigned)isr; /* gates */
	idt[0x40][1] = 8;
	idt[0x40][2] = 0x8e00;
	idt[0x40][3] = (unsigned)isr >> 16;
	unsigned short cs;
	__asm__("mov %%cs, %0" : "=r"(cs));
	idt[0x40][1] = cs;
	__asm__ volatile("lidt %0" : : "m"(idtr));
	double hidden = in * 8;
	int plain = int_in + 5;
	__asm__ volatile("int $0x40" : "+x"(hidden), "+S"(plain));
	out = hidden;
	int_out = plain;
}

void kmain(void)
{
	__asm__ volatile("mov %%cr4, %%eax\\n or $0x600, %%eax\\n mov %%eax, %%cr4\\n"
			 "mov %%cr0, %%eax\\n and $~0xc, %%eax\\n or $2, %%eax\\n mov %%eax, %%cr0\\n fninit" : : : "eax");
	sse();
	x87();
	mmx();
	caller();
	interrupted();
	__asm__ volatile("nop"); /* over */
	__asm__ volatile("outb %%al, $0xf4" : : "a"(0));
}
`;

let session: Session;
/** Stops at a line, and has it that the program stops once more when all is over. */
async function to(text: string): Promise<void> {
  session = await tested.open();
  await session.launch({ kernel, breakpoints: [[file, lineOf(file, text), lineOf(file, '/* over */')]] });
  await session.stop();
}
async function set(name: string, value: string, frameName?: string): Promise<string> {
  const frame = (await session.stack()).find((one) => one.name === frameName) ?? (await session.stack())[0]!;
  const { scopes } = (await session.client.scopesRequest({ frameId: frame.id })).body;
  const { variablesReference } = scopes.find((scope) => scope.name === 'Locals')!;
  return (await session.client.setVariableRequest({ variablesReference, name, value })).body.value;
}
async function shown(name: string, frameName?: string): Promise<string | undefined> {
  const frame = (await session.stack()).find((one) => one.name === frameName);
  return (await session.scope('Locals', frame)).find((row) => row.name === name)?.value;
}

describe('variables in registers', () => {
  it('of SSE are set, double and float', async () => {
    await to('/* SSE */');
    expect([await shown('x'), await shown('g')]).toEqual(['2.5', '3.5']);
    expect(await set('x', '-0.1')).toBe('-0.1');
    expect(await set('g', 'x / 3')).toMatch(/^-0\.0333/);
    expect([await shown('x'), await shown('g')]).toEqual(['-0.1', '-0.033333335']);
    await session.go('continue');
    expect(await session.evaluate('single_out')).toBe('-0.033333335');
  });

  it('of the x87 are set, to all 80 bits', async () => {
    await to('/* x87 */');
    expect(await shown('wide')).toBe('0.5');
    await set('wide', '1.0L / 3');
    await session.go('continue');
    expect(await session.evaluate('wide_out == 1.0L / 3')).toBe('1');
    expect(await session.evaluate('wide_out == 1.0 / 3')).toBe('0');
  });

  it('of MMX are set, whole and in part', async () => {
    await to('/* MMX */');
    expect(await shown('pair')).toBe('[2] {6, -8}');
    await session.evaluate('pair[1] = 0x12345678', { context: 'repl' });
    expect(await shown('pair')).toBe('[2] {6, 305419896}');
    await session.go('continue');
    expect(await session.evaluate('pair_out')).toBe('[2] {6, 305419896}');
  });

  it('of a caller are set where the called function has saved them', async () => {
    await to('/* leaf */');
    expect(await session.names()).toEqual(['leaf', 'between', 'caller', 'kmain', '_start']);
    expect(await shown('kept', 'caller')).toBe('42');
    expect(await set('kept', '77', 'caller')).toBe('77');
    expect(await shown('kept', 'caller')).toBe('77');
    await session.setBreakpoints(file, lineOf(file, '/* gates */'));
    await session.go('continue');
    expect(await session.evaluate('int_out')).toBe('77');
  });

  it('of SSE are gone from a caller, and cannot be set there', async () => {
    await to('/* leaf */');
    expect(await shown('gone', 'caller')).toMatch(/^<optimised out: /);
    await expect(set('gone', '1', 'caller')).rejects.toThrow('optimised out');
  });

  it('of SSE are not known in what a handler has interrupted', async () => {
    await to('/* handler */');
    expect(await session.names()).toContain('interrupted');
    expect(await shown('hidden', 'interrupted')).toBe(
      '<optimised out: register xmm0 is not known in this frame>',
    );
    await expect(set('hidden', '1', 'interrupted')).rejects.toThrow('not known');
    await session.go('continue');
    // The handler saves no registers of SSE, and has put another number there.
    expect(await session.evaluate('(int)out')).toBe('125');
    expect(await session.evaluate('int_out')).toBe('19');
  });
});
