/** Static functions of one name in several files, told apart by these. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { C_ENTRY } from './support/build-image.ts';
import type { Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;

const SOURCES: Readonly<Record<string, string>> = {
  'shared.h': 'static inline __attribute__((always_inline)) int twice(int n) { return n * 2; }\n',
  'first one.c': `${C_ENTRY}
#include "shared.h"
int other(void);
volatile int count;
static __attribute__((noinline)) int helper(int n) { return count = twice(n); }
void kmain(void) { helper(other()); }`,
  'second.c': `#include "shared.h"
extern volatile int count;
static __attribute__((noinline)) int helper(int n) { return count = twice(n) + 1; }
int other(void) { return helper(5); }`,
};

beforeAll(() => {
  for (const [name, text] of Object.entries(SOURCES)) writeFileSync(tested.bundle.file(name), text);
  kernel = tested.bundle.file('files.elf');
  const flags = ['-m32', '-g', '-O0', '-nostdlib', '-static', '-no-pie', '-ffreestanding', '-fno-pic'];
  const linker = '-Wl,-m,elf_i386,-Ttext=0x200000,--build-id=none';
  const files = ['first one.c', 'second.c'].map((name) => tested.bundle.file(name));
  execFileSync('gcc', [...flags, linker, ...files, '-o', kernel], { stdio: 'pipe' });
});

/** Places at which breakpoints on functions stop, or why they are none. */
async function breakOn(...names: string[]): Promise<(string | undefined)[]> {
  session = await tested.open();
  await session.launch({ kernel, stopOnEntry: true });
  await session.stop();
  const { body } = await session.client.setFunctionBreakpointsRequest({
    breakpoints: names.map((name) => ({ name })),
  });
  return body.breakpoints.map(({ message }) => message);
}
/** Each stop by the function that was asked for, which may begin with something inlined, and the file that it is in. */
async function stops(name: string): Promise<string[]> {
  const found: string[] = [];
  for (;;) {
    if ((await session.go('continue')).reason !== 'breakpoint') return found;
    const frame = (await session.stack()).find((one) => one.name === name);
    found.push(`${frame?.name} ${frame?.source?.name}`);
  }
}

describe('a breakpoint on a function', () => {
  it.each([
    ['helper', ['helper second.c', 'helper first one.c']],
    ['second.c:helper', ['helper second.c']],
    ['first one.c:helper', ['helper first one.c']],
    ["'first one.c'::helper", ['helper first one.c']],
    ['second.c::helper', ['helper second.c']],
    ['second.c:helper()', ['helper second.c']],
    ['host:helper', ['helper second.c', 'helper first one.c']],
    ["host:'first one.c'::helper", ['helper first one.c']],
    ['shared.h:twice', ['twice shared.h', 'twice shared.h']],
  ])('%s stops in %j', async (name, places) => {
    expect(await breakOn(name)).toEqual([undefined]);
    expect(await stops(name.includes('twice') ? 'twice' : 'helper')).toEqual(places);
  });

  it('that is none says what is meant for it', async () => {
    expect(await breakOn('third.c:helper', 'second.c:2', '*0x200000', '0x200000', '17')).toEqual([
      'No kernel that is loaded has a function "third.c:helper": write its name, or guest0:name, host:name, file.c:name.',
      '"second.c:2" is a line: set the breakpoint in its source.',
      '"*0x200000" is an address: set an instruction breakpoint on it, in the disassembly.',
      '"0x200000" is an address: set an instruction breakpoint on it, in the disassembly.',
      '"17" is a line: set the breakpoint in its source.',
    ]);
  });
});

it('an expression means the function of a file, too', async () => {
  await breakOn('other');
  await session.go('continue');
  const first = await session.evaluate("'first one.c'::helper");
  const second = await session.evaluate('second.c::helper');
  expect(first).toMatch(/ helper <first one\.c:\d+>$/);
  expect(second).toMatch(/ helper <second\.c:3>$/);
  expect(await session.evaluate("&second.c::helper == &'first one.c'::helper")).toBe('0');
  await expect(session.evaluate('third.c::helper')).rejects.toThrow(
    'There is no variable "helper" in a file',
  );
});
