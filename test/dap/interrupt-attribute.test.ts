/** Handlers that a compiler has made whole (`__attribute__((interrupt))`): their frame information is that of functions that were called. */
import { describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();

const source = `${C_ENTRY}
  struct frame { unsigned ip, cs, flags; };
  static unsigned long long idt[64];
  static const struct { unsigned short limit; unsigned base; } __attribute__((packed))
    idtr = { sizeof idt - 1, (unsigned)idt };
  static const unsigned long long gdt[] = { 0, 0x00cf9a000000ffff, 0x00cf92000000ffff };
  static const struct { unsigned short limit; unsigned base; } __attribute__((packed))
    gdtr = { sizeof gdt - 1, (unsigned)gdt };
  volatile unsigned seen;
  static void gate(unsigned vector, void *handler) {
    unsigned at = (unsigned)handler;
    idt[vector] = (at & 0xffff) | 8u << 16 | ((unsigned long long)((at & 0xffff0000) | 0x8e00) << 32);
  }
  __attribute__((interrupt)) void plain(struct frame *frame) { seen = frame->ip; /* plain handler */ }
  __attribute__((interrupt)) void coded(struct frame *frame, unsigned code) {
    seen = code; /* handler with a code */
    frame->ip += 2;
  }
  __attribute__((noinline)) unsigned trigger(unsigned n) {
    unsigned mine = n * 3;
    __asm__ volatile("int $0x30" ::: "memory");
    __asm__ volatile("mov %%ax, %%fs" :: "a"(0x1230) : "memory"); /* beyond the GDT */
    return mine + seen;
  }
  void kmain(void) {
    __asm__ volatile("lgdt %0; ljmp $8, $1f; 1: mov %1, %%ds; mov %1, %%es; mov %1, %%ss" :: "m"(gdtr), "r"(0x10));
    gate(0x30, plain);
    gate(13, coded);
    __asm__ volatile("lidt %0" :: "m"(idtr));
    trigger(5);
    for (;;) __asm__("hlt");
  }`;

describe.each([
  ['gcc', '-O0'],
  ['gcc', '-O2'],
  ['clang', '-O0'],
  ['clang', '-O2'],
] as const)('handlers made by %s %s', (compiler, level) => {
  it('have what they interrupt below them, in its own frame', async () => {
    const kernel = buildImage(tested.bundle, 'handlers', source, {
      ...{ suffix: '.c', compiler },
      flags: [level, '-mgeneral-regs-only'],
    });
    const file = tested.bundle.file('handlers.c');
    const session = await tested.open();
    const lines = ['plain handler', 'handler with a code'].map((text) => lineOf(file, text));
    await session.launch({ kernel, breakpoints: [[file, ...lines]] });
    for (const [handler, label] of [
      ['plain', /^― int 0x30 at 0x[0-9a-f]+ ―$/],
      ['coded', /^― #GP general protection, error code 1230/],
    ] as const) {
      await session.stop();
      const frames = await session.stack();
      expect(frames.map(({ name }) => name)).toEqual([
        handler,
        expect.stringMatching(label),
        'trigger',
        'kmain',
        '_start',
      ]);
      expect(await session.evaluate('n', { frameId: frames[2]!.id })).toBe('5');
      await session.go('stepOut');
      expect((await session.names())[0]).toBe('trigger');
      await session.client.continueRequest({ threadId: 1 });
    }
  });
});
