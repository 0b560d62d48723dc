/**
 * What kernel developers suffer from, row by row of the table that this debugger is specified by, and our answer to each. The
 * numbers are those of the table; what is not here is tested elsewhere or missing (docs/architecture.md says which).
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { inRoot, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
const file = inRoot('test/dap/support/pains/pains.c');
beforeAll(async () => {
  kernel = tested.bundle.file('pains.elf');
  const script = inRoot('test/dap/support/pains/pains.ld');
  const flags = [
    '-m32',
    '-g',
    '-Og',
    '-fno-inline',
    '-ffreestanding',
    '-fno-pic',
    '-nostdlib',
    '-static',
    '-no-pie',
  ];
  execFileSync('gcc', [...flags, `-Wl,-m,elf_i386,-T,${script},--build-id=none`, file, '-o', kernel], {
    stdio: 'pipe',
  });
});

/** A kernel that counts for ever. */
const spinning = () =>
  buildImage(
    tested.bundle,
    'spinning',
    `${C_ENTRY}volatile unsigned counter; volatile enum { IDLE, BUSY } state;
    void kmain(void) { state = BUSY; for (;;) counter++; }`,
    { suffix: '.c', flags: ['-Og'] },
  );

const line = (text: string) => lineOf(file, text);
async function start(...texts: string[]): Promise<void> {
  session = await tested.open();
  await session.launch({ kernel, breakpoints: [[file, ...texts.map(line)]] });
  await session.stop();
}
const request = async (command: string, args: object = {}) =>
  (await session.client.customRequest(command, args)).body as Record<string, unknown>;
const memory = async (reference: string, count: number) =>
  (await request('readMemory', { memoryReference: reference, count })) as {
    data?: string;
    unreadableBytes?: number;
  };
const instructions = async () => Number(await session.evaluate('ticks'));
const here = async () => (await session.stack())[0]!;

describe('pains of kernel debugging', () => {
  it('1, 3: a breakpoint is set before the kernel is there, and is never bytes in memory', async () => {
    session = await tested.open();
    const [bound] = await session.launch({ kernel, breakpoints: [[file, line('/* worked */')]] });
    expect(bound).toMatchObject({ verified: true });
    await session.stop();
    const { instructionPointerReference } = await here();
    const { data } = await memory(instructionPointerReference!, 1);
    expect(Buffer.from(data!, 'base64')[0]).not.toBe(0xcc);
  });

  it('2: there is no limit of four, nor of a hundred', async () => {
    await start('/* working */');
    const places = Array.from({ length: 1000 }, (_, n) => ({
      instructionReference: '0xc0100000',
      offset: n,
    }));
    const { breakpoints } = (await request('setInstructionBreakpoints', { breakpoints: places })) as {
      breakpoints: { verified: boolean }[];
    };
    expect(breakpoints.filter(({ verified }) => verified)).toHaveLength(1000);
    expect(await session.go('continue')).toMatchObject({ reason: 'breakpoint' });
  });

  it('4: one line stops before paging at its physical address, and later where it is linked', async () => {
    await start('/* in both places */');
    expect(await session.evaluate('n')).toBe('1');
    expect(await session.evaluate('$eip < 0xc0000000')).toBe('1');
    expect((await session.names()).slice(0, 2)).toEqual(['twice_run', 'early']);
    await session.go('continue');
    expect(await session.evaluate('n')).toBe('2');
    expect(await session.evaluate('$eip > 0xc0000000')).toBe('1');
  });

  it('5, 6: a step over the instruction that leaves to ring 3 makes one step, into the symbols that are there', async () => {
    await start('/* to ring 3 */');
    await session.setBreakpoints(file);
    await session.go('stepIn');
    for (let n = 0; n < 20 && (await session.evaluate('$cs & 3')) === '0'; n++)
      await session.go('stepIn', 'instruction');
    expect(await session.evaluate('$cs & 3')).toBe('3');
    expect((await here()).name).toBe('user_code');
    await session.go('next', 'instruction');
    expect(await session.evaluate('$eax')).toBe('0x00000007');
  });

  it('7, 8: steps do not dive into the timer interrupt, and yet it ticks meanwhile', async () => {
    await start('/* loop */');
    const before = await instructions();
    await session.setBreakpoints(file);
    const visited: string[] = [];
    for (let n = 0; n < 3; n++) {
      await session.go('next');
      visited.push((await here()).name);
    }
    expect(new Set(visited)).toEqual(
      new Set([...visited.filter((name) => name === 'work' || name === 'kmain')]),
    );
    expect(await instructions()).toBeGreaterThan(before);
  });

  it('9: a step over a switch of tasks comes back to its own task, though the other runs the same code', async () => {
    await start('/* the switch */');
    await session.setBreakpoints(file);
    expect(await session.evaluate('me')).toBe('0');
    expect(await session.go('next')).toMatchObject({ reason: 'step' });
    expect(await session.evaluate('me')).toBe('0');
    expect((await here()).line).toBe(line('/* after the switch */'));
    expect(await session.evaluate('turns[1]')).toBe('1');
  });

  it('13: interrupts are a list with vectors, places and rings', async () => {
    await start('/* worked */');
    const rings = await session.evaluate('rings', { context: 'repl' });
    expect(rings).toMatch(/0x20/);
    expect(rings).toMatch(/work/);
  });

  it('14: page tables are walked, listed and looked up from the other side', async () => {
    await start('/* worked */');
    expect(await session.evaluate('walk &ticks', { context: 'repl' })).toMatch(/PDE 768/);
    expect(await session.evaluate('map', { context: 'repl' })).toMatch(/c0000000/i);
    expect(await session.evaluate('walk 0xd0000000', { context: 'repl' })).toMatch(/not present/);
    expect(await session.evaluate('rmap 0x100000', { context: 'repl' })).toMatch(/c0100000/i);
  });

  it('18: the call stack goes across the interrupt to what was interrupted', async () => {
    await start('/* tick */');
    const names = await session.names();
    expect(names[0]).toBe('timer_tick');
    const label = names.findIndex((name) => /^― interrupt 0x20 at /.test(name));
    expect(label).toBeGreaterThan(0);
    expect(names.slice(label + 1)).toEqual(expect.arrayContaining(['kmain']));
  });

  it('19: pause stops a machine that runs, at once and as itself', async () => {
    session = await tested.open();
    await session.launch({ kernel: inRoot('kernels/build/bench-alu.elf'), cmdline: '7fffffff', memory: 16 });
    await session.client.pauseRequest({ threadId: 1 });
    expect(await session.stop()).toMatchObject({ reason: 'pause' });
  });

  it("20: the kernel's own INT3 is its own, and can be stopped at", async () => {
    await start('/* working */');
    await session.setBreakpoints(file, line('/* tasks */'));
    await session.go('continue');
    expect(await session.evaluate('breakpoints')).toBe('1');
    await session.close();
    await start('/* working */');
    await request('setExceptionBreakpoints', { filters: ['breakpoint'] });
    await session.setBreakpoints(file);
    expect(await session.go('continue')).toMatchObject({ reason: 'interrupt' });
    expect(await session.names()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^― int 0x03 at /), 'kmain']),
    );
  });

  it('21: time stands still while the machine is stopped', async () => {
    await start('/* loop */');
    const before = await instructions();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await session.go('stepIn', 'instruction');
    expect((await instructions()) - before).toBeLessThanOrEqual(1);
  });

  it('27: globals are read while the machine runs', async () => {
    session = await tested.open();
    await session.launch({ kernel: spinning() });
    const sample = async (...expressions: string[]) =>
      ((await request('colinux/sample', { expressions })) as { values: { text?: string; error?: string }[] })
        .values;
    const [first] = await sample('counter');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [second, state, register] = await sample('counter', 'state', '$eax');
    expect(Number(second!.text)).toBeGreaterThan(Number(first!.text));
    expect(state!.text).toMatch(/^BUSY/);
    expect(register!.error).toMatch(/only while the machine is stopped/);
    await session.client.pauseRequest({ threadId: 1 });
    expect(await session.stop()).toMatchObject({ reason: 'pause' });
  });

  it('23: the disassembly goes back from an address in whole instructions, and over the end of memory', async () => {
    await start('/* worked */');
    const reference = (await here()).instructionPointerReference!;
    const { instructions: lines } = (await request('disassemble', {
      memoryReference: reference,
      instructionOffset: -10,
      instructionCount: 20,
    })) as unknown as { instructions: { address: string; presentationHint?: string }[] };
    expect(lines).toHaveLength(20);
    expect(Number(lines[10]!.address)).toBe(Number(reference));
    const { instructions: low } = (await request('disassemble', {
      memoryReference: '0x0',
      instructionOffset: -3,
      instructionCount: 6,
    })) as unknown as { instructions: { presentationHint?: string }[] };
    expect(low.slice(0, 3).every(({ presentationHint }) => presentationHint === 'invalid')).toBe(true);
  });

  it('28: a line that was inlined twice has one breakpoint, which stops in both copies', async () => {
    const image = buildImage(
      tested.bundle,
      'copies',
      `${C_ENTRY}volatile int sum;
      static inline __attribute__((always_inline)) void add(int n)
      {
        sum += n; /* in both */
      }
      void kmain(void) { add(3); add(4); for (;;) sum++; }`,
      { suffix: '.c', flags: ['-O1'] },
    );
    const source = tested.bundle.file('copies.c');
    session = await tested.open();
    const bound = await session.launch({
      kernel: image,
      breakpoints: [[source, lineOf(source, '/* in both */')]],
    });
    expect(bound).toHaveLength(1);
    expect(bound[0]).toMatchObject({ verified: true });
    await session.stop();
    const first = Number(await session.evaluate('$eip'));
    expect(await session.evaluate('sum')).toBe('0');
    const { hitBreakpointIds } = (await session.go('continue')) as { hitBreakpointIds?: number[] };
    expect(hitBreakpointIds).toEqual([bound[0]!.id]);
    expect(await session.evaluate('sum')).toBe('3');
    expect(Number(await session.evaluate('$eip'))).not.toBe(first);
    expect((await session.names()).slice(0, 2)).toEqual(['add', 'kmain']);
  });

  it('24: what is not mapped is said byte by byte, and physical memory is always there', async () => {
    await start('/* worked */');
    const edge = await memory('0xc03ffff0', 32);
    expect(Buffer.from(edge.data ?? '', 'base64')).toHaveLength(16);
    expect(edge.unreadableBytes).toBe(16);
    expect((await memory('physical:0x00400000', 16)).unreadableBytes).toBeUndefined();
  });
});
