/** Kernels that do not stay where they were loaded (KASLR): found by what executes, without asking the user. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { inRoot, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const file = inRoot('test/dap/support/moved/moved.c');
const line = (text: string) => lineOf(file, text);

const tested = testedAdapter();
let session: Session;
let kernel: string;
beforeAll(async () => {
  kernel = tested.bundle.file('moved.elf');
  const compiler = ['-m32', '-g', '-O1', '-fno-inline', '-ffreestanding', '-fno-pic', '-fno-stack-protector'];
  const script = inRoot('test/dap/support/moved/moved.ld');
  const linker = `-Wl,-m,elf_i386,-z,notext,--no-dynamic-linker,--build-id,--no-warnings,-T,${script}`;
  const flags = [...compiler, '-fcf-protection=none', '-nostdlib', '-pie', linker];
  execFileSync('gcc', [...flags, file, '-o', kernel], { stdio: 'pipe' });
});

interface ModuleRow {
  readonly id: string;
  readonly addressRange?: string;
  readonly bias?: string;
}
const rows = async () => (await session.client.modulesRequest({})).body.modules as readonly ModuleRow[];
const console = () =>
  session.messages
    .map((message) => JSON.stringify(message))
    .filter((text) => text.includes('"output"'))
    .join('');

async function launch(cmdline: string, ...texts: string[]): Promise<void> {
  session = await tested.open();
  const breakpoints = [[file, ...texts.map(line)]] as const;
  const bound = await session.launch({ kernel, cmdline, breakpoints });
  expect(bound.every(({ verified }) => verified)).toBe(true);
  await session.stop();
}

/** Stopped at work for the first time: everything is as in a kernel that has stayed. */
async function expectAtWork(): Promise<void> {
  expect(await session.where()).toBe(`work moved/moved.c:${line('/* at work */')}`);
  expect(await session.names()).toEqual(expect.arrayContaining(['work', 'kmain']));
  expect(await session.evaluate('n')).toBe('1');
  // A static of the function, a global, and a table of pointers that were relocated.
  expect(await session.evaluate('calls')).toBe('1');
  expect(await session.evaluate('total')).toBe('0');
  expect(await session.evaluate('handlers[0] == work')).toBe('1');
  expect(await session.evaluate('handlers[0]')).toMatch(/<work>|work/);
  await session.go('continue');
  expect(await session.evaluate('total')).toBe('1');
  await session.go('stepOut');
  expect((await session.stack())[0]).toMatchObject({ name: 'kmain' });
}

describe('a kernel that moves', () => {
  it('copies itself to other memory: breakpoints, values and stacks go along', async () => {
    await launch('copy=0x800000', '/* before the move */', '/* at work */');
    expect((await session.stack())[0]).toMatchObject({ name: 'boot' });
    expect((await rows())[0]?.bias).toBeUndefined();
    await session.go('continue');
    expect(await session.evaluate('$eip >= 0x800000 && $eip < 0x810000')).toBe('1');
    await expectAtWork();
    expect((await rows())[0]).toMatchObject({
      bias: '+0x00600000',
      addressRange: expect.stringMatching(/^0x00800000-/),
    });
    expect(console()).toMatch(/moved.elf runs \+0x00600000 from where it is linked/);
  });

  it('maps itself elsewhere, as with KASLR', async () => {
    await launch('slide=0xd0000000', '/* at work */');
    expect(await session.evaluate('$eip >= 0xd0200000 && $eip < 0xd0210000')).toBe('1');
    await expectAtWork();
    expect((await rows())[0]).toMatchObject({ bias: '-0x30000000' });
  });

  it('stays: nothing is said', async () => {
    await launch('', '/* at work */');
    await expectAtWork();
    expect((await rows())[0]?.bias).toBeUndefined();
    expect(console()).not.toMatch(/from where it is linked/);
  });
});
