/** `colinux test` and `colinux profile` on a kernel that prints KTAP: results, JUnit, coverage and the tree of calls, all exact. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuProfile } from '../../debug-adapter/profile/cpuprofile.ts';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { type Bundle, bundleAdapter, guest } from './support/bundle.ts';

let bundle: Bundle;
let kernel: string;
beforeAll(async () => {
  bundle = await bundleAdapter();
  kernel = buildImage(bundle, 'checked', source, { suffix: '.c', flags: ['-O0'] });
});
afterAll(() => {
  bundle.dispose();
});

const source = `${C_ENTRY}static void out(unsigned char c) { __asm__ volatile("outb %0, %1" :: "a"(c), "Nd"((unsigned short)0x3f8)); }
static void print(const char *text) { while (*text) out(*text++); }
static int square(int n)
{
	return n * n;
}
static int classify(int n)
{
	if (n < 0)
		return -1;
	return n > 0;
}
static int never(int n)
{
	return n + 1;
}
int (*keep)(int) = never;
void kmain(void)
{
	int sum = 0;
	print("KTAP version 1\\n1..2\\n  KTAP version 1\\n  1..2\\n");
	for (int i = 0; i < 10; i++)
		sum += square(i);
	print(sum == 285 ? "  ok 1 squares\\n" : "  not ok 1 squares\\n");
	print(classify(5) == 1 && classify(-3) == -1 ? "  ok 2 classify\\n" : "  not ok 2\\n");
	print("ok 1 numbers\\n");
#ifdef DIES
	__asm__ volatile("lidt %0; ud2" :: "m"(sum));
#endif
	print("# wanted more\\nnot ok 2 future\\n");
	for (;;)
		;
}
`;

/** A command of the adapter's bundle, in the folder of the test. */
function colinux(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [bundle.adapter, ...args], {
    cwd: bundle.folder,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { stdout, stderr, status };
}
const read = (name: string) => readFileSync(bundle.file(name), 'utf8');
/** Line of the source that a text is in. */
const line = (text: string) => source.split('\n').findIndex((one) => one.includes(text)) + 1;

describe('colinux test', () => {
  it('ends with the plan, says what has passed, and writes JUnit and LCOV, each time the same', () => {
    const run = () => {
      const { stdout, status } = colinux('test', kernel, '--junit', 'junit.xml', '--lcov=lcov.info');
      return { stdout, status, junit: read('junit.xml'), lcov: read('lcov.info') };
    };
    const { stdout, status, junit, lcov } = run();
    expect(stdout).toBe(`checked.elf
  ok   numbers
    ok   squares
    ok   classify
  FAIL future
       wanted more
2 passed, 1 failed
`);
    expect(status).toBe(1);
    expect(junit).toContain('<testcase name="squares" classname="checked.elf.numbers"/>');
    expect(junit).toContain('<testsuite name="checked.elf" tests="3" failures="1"');
    const lines = new Set(lcov.split('\n'));
    const expected = [
      ...[
        `SF:${bundle.file('checked.c')}`,
        `FNDA:10,square`,
        'FNDA:2,classify',
        'FNDA:0,never',
        'FNDA:1,kmain',
      ],
      ...[`FN:${line('int square')},square`, 'FNF:6', 'FNH:5'],
      // Jumped to the else part once, fell into the then part once.
      ...[`BRDA:${line('if (n < 0)')},0,0,1`, `BRDA:${line('if (n < 0)')},0,1,1`],
      // The loop jumps back ten times and goes on once.
      ...[`BRDA:${line('for (int i')},0,0,10`, `BRDA:${line('for (int i')},0,1,1`],
      ...[`DA:${line('return n * n')},10`, `DA:${line('return -1')},1`, `DA:${line('return n > 0')},1`],
      ...[`DA:${line('return n + 1')},0`, `DA:${line('sum += square')},10`, 'end_of_record'],
    ];
    expect(expected.filter((one) => !lines.has(one))).toEqual([]);
    expect(run()).toEqual({ stdout, status, junit, lcov });
  });

  it('fails a kernel that dies or prints nothing, with the reason, and runs only its shard', () => {
    const dying = buildImage(bundle, 'dying', source, { suffix: '.c', flags: ['-O0', '-DDIES'] });
    const silent = buildImage(bundle, 'silent', `${C_ENTRY}void kmain(void) {}`, { suffix: '.c' });
    const { stdout, status } = colinux('test', dying, silent);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /FAIL test 2 \(its result never came\)\n {2}FAIL the kernel ended before its tests did \(Triple fault at /,
    );
    expect(stdout).toContain(
      'silent.elf\n  FAIL the kernel printed no TAP (the processor is halted for ever)\n',
    );
    const second = colinux('test', dying, silent, '--shard', '2/2');
    expect(second.stdout).toMatch(/^silent\.elf\n/);
    expect(colinux('test', silent, '--max-instructions', '1').stdout).toContain('it has run 1 instructions');
  });
});

describe('colinux test, of images that cannot be booted', () => {
  it('says why, runs the others, and writes all of it as JUnit', () => {
    const foreign = readFileSync(kernel);
    foreign.writeUInt16LE(40, 18);
    writeFileSync(bundle.file('arm.elf'), foreign);
    const { stdout, stderr, status } = colinux(
      'test',
      'arm.elf',
      kernel,
      'gone.elf',
      '--junit',
      'errors.xml',
    );
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^arm\.elf\n {2}ERR {2}the image cannot be booted \(The image is .* \(ARM\), /);
    expect(stdout).toContain('\nchecked.elf\n  ok   numbers\n');
    expect(stdout).toMatch(
      /\ngone\.elf\n {2}ERR {2}the image cannot be booted \(.* cannot be read, it does not/,
    );
    expect(stdout).toMatch(/\n2 passed, 1 failed, 2 errors\n$/);
    const junit = read('errors.xml');
    expect(junit).toContain('<testsuite name="arm.elf" tests="1" failures="0" errors="1"');
    expect(junit).toMatch(
      /<testcase name="the image cannot be booted" classname="gone\.elf"><error message="/,
    );
    expect(junit).toContain('<testsuite name="checked.elf" tests="3" failures="1" errors="0"');
  });

  it('is an error, beside the results, where --lcov finds no debug information', () => {
    // A flat multiboot image (header with addresses, bit 16) that halts for ever with interrupts off.
    const [flags, base] = [1 << 16, 0x10_0000];
    const header = [0x1bad_b002, flags, -(0x1bad_b002 + flags), base, base, 0, 0, base + 32, 0x00f4_fa];
    writeFileSync(bundle.file('flat'), Uint8Array.from(new Uint8Array(Int32Array.from(header).buffer)));
    const { stdout, status } = colinux('test', 'flat', kernel, '--lcov', 'some.info');
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^flat\n {2}FAIL the kernel printed no TAP .*\n {2}ERR {2}the coverage is not known \("flat" has/,
    );
    expect(read('some.info')).toContain('FNDA:10,square');
  });

  it('runs nothing with a wrong option', () => {
    const { stdout, stderr, status } = colinux('test', kernel, '--module', 'gone', '--junit', 'never.xml');
    expect([status, stdout, existsSync(bundle.file('never.xml'))]).toEqual([2, '', false]);
    expect(stderr).toContain('The module "gone" cannot be read');
  });
});

describe('colinux profile', () => {
  /** Ticks of each function, by the chain of its callers. */
  function totals({ nodes }: CpuProfile): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    const visit = (id: number, above: string) => {
      const { callFrame, hitCount, children } = nodes[id - 1]!;
      const chain = above === '' ? callFrame.functionName : `${above} > ${callFrame.functionName}`;
      found.set(chain, hitCount);
      for (const child of children) visit(child, chain);
    };
    visit(1, '');
    return found;
  }

  it('counts every instruction of a kernel under who has called it', () => {
    const { status, stderr } = colinux(
      'profile',
      kernel,
      '--max-instructions',
      '5000',
      '--output',
      'x.cpuprofile',
    );
    expect([status, stderr]).toEqual([0, expect.stringContaining('5,000 instructions in')]);
    const made = JSON.parse(read('x.cpuprofile')) as CpuProfile;
    const ticks = totals(made);
    expect([...ticks.values()].reduce((sum, one) => sum + one, 0)).toBe(5000);
    // push, mov, mov, imul, pop, ret.
    expect(ticks.get('(root) > kernel > _start > kmain > square')).toBe(10 * 6);
    expect(ticks.has('(root) > kernel > _start > kmain > print > out')).toBe(true);
    const square = made.nodes.find(({ callFrame }) => callFrame.functionName === 'square')!;
    expect(square.callFrame).toMatchObject({
      url: bundle.file('checked.c'),
      lineNumber: line('int square') - 1,
    });
    expect(made.endTime).toBe(50);
    expect(made.samples).toHaveLength(made.timeDeltas.length);
  });

  it('names the functions of a kernel without symbols by those of another file', () => {
    const bare = bundle.file('bare.elf');
    expect(spawnSync('objcopy', ['--strip-all', kernel, bare]).status).toBe(0);
    const profileOf = (...more: string[]) => {
      const out = ['--max-instructions', '5000', '--output', 'bare.cpuprofile'];
      const { status, stderr } = colinux('profile', bare, ...out, ...more);
      return {
        status,
        stderr,
        chains: status === 0 ? totals(JSON.parse(read('bare.cpuprofile'))) : undefined,
      };
    };
    expect(profileOf().chains?.has('(root) > kernel > _start > kmain > square')).toBe(false);
    expect(profileOf('--symbols', kernel).chains?.get('(root) > kernel > _start > kmain > square')).toBe(60);
    const { status, stderr } = profileOf('--symbols', bundle.file('checked.c'));
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/checked\.c" has no symbols, .*: give an ELF file/),
    ]);
    expect(profileOf('--symbols', 'gone').stderr).toMatch(/symbols "gone" cannot be read/);
  });

  it('has host and guest at the top, their handlers and their programs, named by their symbols', () => {
    const { status } = colinux('profile', guest);
    expect(status).toBe(0);
    expect(existsSync(bundle.file('hello-guest.cpuprofile'))).toBe(true);
    const ticks = totals(JSON.parse(read('hello-guest.cpuprofile')) as CpuProfile);
    const chains = [...ticks.keys()];
    const top = chains.filter((chain) => chain.split(' > ').length === 2);
    expect(top.sort()).toEqual([
      '(root) > (halted)',
      '(root) > guest 0 (hello-guest.elf)',
      '(root) > host kernel',
    ]);
    const has = (pattern: RegExp) => {
      expect(
        chains.some((chain) => pattern.test(chain)),
        String(pattern),
      ).toBe(true);
    };
    has(/guest 0 .* > kernel_start > kmain > count_primes$/);
    has(/host kernel > boot_entry > host_main > frames_init/);
    has(/guest 0 .* > user_main > .* > trap_stubs \(interrupt 0x80\)/);
    has(/host kernel > user_start > main > .*ioctl/);
  });
});
