/** The problem matchers on what the programs really say: testing/ has their recorded output. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problemMatchers } from './problem-matchers.ts';

interface Pattern {
  regexp: string;
  file?: number;
  line?: number;
  column?: number;
  severity?: number;
  message?: number;
  code?: number;
}

/** What VS Code makes of lines: a matcher of several patterns wants them in lines that follow each other. */
function problems(name: string, lines: readonly string[]): string[] {
  const matcher = problemMatchers.find((one) => one.name === name)!;
  const patterns = [matcher.pattern].flat() as Pattern[];
  const found: string[] = [];
  for (let n = 0; n + patterns.length <= lines.length; n++) {
    const values: Record<string, string | undefined> = {};
    const all = patterns.every(({ regexp, ...groups }, k) => {
      const match = new RegExp(regexp).exec(lines[n + k]!);
      for (const [key, group] of Object.entries(groups))
        if (typeof group === 'number') values[key] = match?.[group];
      return match !== null;
    });
    if (!all) continue;
    const { file = '', line = '-', column, severity, message = '', code } = values;
    const place = `${file}:${line}${column === undefined ? '' : `:${column}`}`;
    const fixed = 'severity' in matcher ? matcher.severity : '';
    found.push(`${place} ${severity ?? fixed} ${message}${code === undefined ? '' : ` (${code})`}`);
  }
  return found;
}

const recorded = (file: string) =>
  readFileSync(new URL(`./testing/${file}.txt`, import.meta.url), 'utf8').split('\n');

describe('problem matchers', () => {
  it('gcc and GNU as', () => {
    expect(problems('colinux-gcc', recorded('gcc'))).toEqual([
      "bad.h:2:34 warning unused variable 'y' (-Wunused-variable)",
      'bad.h:3:2 warning #warning "old header" (-Wcpp)',
      "bad.c:4:17 warning initialization of 'int' from 'char *' makes integer from pointer without a cast (-Wint-conversion)",
      "bad.c:5:9 error 'undeclared' undeclared (first use in this function)",
      'bad.c:5:9 note each undeclared identifier is reported only once for each function it appears in',
      "bad.c:6:16 warning implicit declaration of function 'missing' (-Wimplicit-function-declaration)",
      "bad.c:6:25 error expected ')' before ';' token",
      "bad.c:6:26 error expected ';' before '}' token",
      'nofile.c:1:10 error no/such.h: No such file or directory',
      "bad.S:2 Error no such instruction: `movv %eax,%ebx'",
      "bad.S:3 Error number of operands mismatch for `mov'",
    ]);
  });

  it('clang', () => {
    const found = problems('colinux-clang', recorded('clang'));
    expect(found).toHaveLength(9);
    expect(found[0]).toBe('./bad.h:3:2 warning "old header" (-W#warnings)');
    expect(found).toContain("bad.S:2:2 error invalid instruction mnemonic 'movv'");
  });

  it('nasm', () => {
    expect(problems('colinux-nasm', recorded('nasm'))).toEqual([
      'bad.asm:2 error expecting ] at end of memory operand',
      'bad.asm:3 error parser: instruction expected',
      'w.asm:1 warning byte data exceeds bounds (number-overflow)',
      'w.asm:2 warning careful (user)',
    ]);
  });

  it('GNU ld', () => {
    expect(problems('colinux-ld', recorded('ld'))).toEqual([
      "/src/b.c:2 error multiple definition of `twice'; a.o:/src/a.c:4: first defined here",
      "/src/a.c:5 error undefined reference to `missing'",
      "/src/a.c:6 error undefined reference to `nowhere'",
      "/src/b.c:2 error multiple definition of `twice'; an.o:a.c:(.text+0x0): first defined here",
      'bad.ld:4 error syntax error',
      "/src/b.c:2 error multiple definition of `twice'; a.o:/src/a.c:4: first defined here",
      "/src/a.c:5 error undefined reference to `missing'",
      "/src/a.c:6 error undefined reference to `nowhere'",
    ]);
    expect(problems('colinux-ld-file', recorded('ld'))).toEqual([
      "a.c:- error undefined reference to `missing'",
      "a.c:- error undefined reference to `nowhere'",
    ]);
  });

  it('lld', () => {
    expect(problems('colinux-lld', recorded('lld'))).toEqual([
      '/src/a.c:4 error duplicate symbol: twice',
      '/src/a.c:5 error undefined symbol: missing',
      '/src/a.c:6 error undefined symbol: nowhere',
    ]);
  });

  it('our host kernel, when a guest has met a BUG', () => {
    const [, , end] = recorded('panic');
    expect(problems('colinux-guest-end', recorded('panic'))).toEqual([`kernel/main.c:92 error ${end}`]);
  });

  it.each([
    // Linux 2.6 to 6, JOS, Pintos, Rust, glibc and newlib, Microsoft's runtime.
    ['guest0: kernel BUG at mm/slub.c:4020!', 'mm/slub.c:4020'],
    [
      '[    0.52] WARNING: CPU: 0 PID: 1 at kernel/irq/handle.c:148 __handle_irq+0x1b0/0x1c0',
      'kernel/irq/handle.c:148',
    ],
    ['kernel panic at kern/init.c:35: too bad', 'kern/init.c:35'],
    [
      'Kernel PANIC at ../../lib/kernel/list.c:78 in list_next(): assertion failed.',
      '../../lib/kernel/list.c:78',
    ],
    ['panicked at src/main.rs:10:5:', 'src/main.rs:10:5'],
    ["thread panicked at 'no memory', src/heap.rs:7:1", 'src/heap.rs:7:1'],
    ["kernel/heap.c:42: kfree: Assertion `p != 0' failed.", 'kernel/heap.c:42'],
    ['assertion "p != 0" failed: file "heap.c", line 42, function: kfree', 'heap.c:42'],
    ['Assertion failed: p, file C:\\os\\heap.c, line 42', 'C:\\os\\heap.c:42'],
  ])('panics of kernels: %s', (line, place) => {
    expect(problems('colinux-panic', [line])).toEqual([`${place} error ${line}`]);
  });

  it('no panic is what only talks of a place', () => {
    const lines = ['loaded main.c:12', 'guest0: debugging main.c:12', 'BUG in the moon', 'panic: no memory'];
    expect(problems('colinux-panic', lines)).toEqual([]);
  });
});
