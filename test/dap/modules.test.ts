/** Modules that a kernel loads while it runs: found by its list, bound when they come, unbound when they go. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { inRoot, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const folder = 'test/dap/support/modules';
const kernelSource = inRoot(`${folder}/kernel.c`);
const source = inRoot(`${folder}/module.c`);

const FLAGS = [
  ...['-m32', '-g', '-O1', '-fno-inline', '-ffreestanding', '-fno-pic', '-fno-stack-protector'],
  ...['-fcf-protection=none', '-nostdlib'],
];

const tested = testedAdapter();
let session: Session;
let kernel: string;
const objects: string[] = [];
beforeAll(async () => {
  const gcc = (...args: string[]) => execFileSync('gcc', args, { stdio: 'pipe' });
  for (const [name, number] of [
    ['ten', 10],
    ['one-hundred', 100],
  ] as const) {
    objects.push(tested.bundle.file(`${name}.o`));
    gcc(...FLAGS, '-c', `-DNUMBER=${number}`, source, '-o', objects.at(-1)!);
  }
  kernel = tested.bundle.file('kernel.elf');
  const linker = '-Wl,-m,elf_i386,-Ttext=0x200000,--build-id=none';
  gcc(...FLAGS, '-static', '-no-pie', linker, kernelSource, '-o', kernel);
});

const line = (text: string) => lineOf(source, text);
const rows = async () =>
  (await session.client.modulesRequest({})).body.modules as readonly DebugProtocol.Module[];
const rowOf = async (name: string) => (await rows()).find((row) => row.name === name);

async function launch(breakpoints: readonly (readonly [string, ...number[]])[], options = {}) {
  session = await tested.open();
  return session.launch({ kernel, modules: objects, kernelModules: objects, breakpoints, ...options });
}

describe('a breakpoint in a module', () => {
  it('waits for the module, and stops in whichever was loaded', async () => {
    const [bound] = await launch([[source, line('/* the beginning */')]]);
    expect(bound).toMatchObject({ verified: false, reason: 'pending', line: line('/* the beginning */') });
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint' });
    expect(
      session.messages.find((message) => (message as DebugProtocol.Event).event === 'breakpoint'),
    ).toMatchObject({
      body: { reason: 'changed', breakpoint: { id: bound?.id, verified: true } },
    });
    expect(await session.names()).toEqual(expect.arrayContaining(['module_init', 'load', 'kmain']));
    expect(await session.evaluate('secret')).toBe('10');
    expect((await session.stack())[0]?.moduleId).toBe('module:host:ten');
    await session.go('continue');
    expect(await session.evaluate('secret')).toBe('100');
    expect((await session.stack())[0]?.moduleId).toBe('module:host:one_hundred');
  });

  it('follows a module that is unloaded and comes back elsewhere', async () => {
    await launch([[source, line('/* a round */')]]);
    const seen: [string, string][] = [];
    for (let n = 0; n < 6; n++) {
      expect(await session.stop()).toMatchObject({ reason: 'breakpoint' });
      const frame = (await session.stack())[0]!;
      seen.push([await session.evaluate('rounds + n'), frame.instructionPointerReference!]);
      await session.client.continueRequest({ threadId: 1 });
    }
    expect(seen.map(([value]) => value)).toEqual(['11', '101', '102', '11', '101', '102']);
    // Twice in the second module at one place, which is another one in the next round.
    expect(new Set(seen.map(([, address]) => address)).size).toBe(4);
  });

  it('is unbound while there is none; what only the beginning needed is gone before', async () => {
    const unload = lineOf(kernelSource, '/* before it is unloaded */');
    const first = lineOf(kernelSource, '/* before the first */');
    await launch([[kernelSource, first, unload]], { kernelModules: [`${tested.bundle.folder}/*.o`] });
    await session.stop();
    expect(await rowOf('ten')).toMatchObject({ symbolStatus: 'No kernel has loaded it' });
    await session.go('continue');
    const [beginning, round] = await session.setBreakpoints(
      source,
      line('/* the beginning */'),
      line('/* a round */'),
    );
    expect(beginning).toMatchObject({ verified: false });
    expect(round).toMatchObject({ verified: true });
    expect((await rowOf('ten'))?.addressRange).toMatch(/^0x004/);
    // In the second module, after the first is gone.
    await session.go('continue');
    expect(await session.evaluate('secret')).toBe('100');
    expect(await rowOf('ten')).toMatchObject({ symbolStatus: 'No kernel has loaded it' });
    expect(await rowOf('one_hundred')).toMatchObject({ symbolStatus: 'Symbols and source lines' });
  });
});

describe('the file of a module', () => {
  const first = [[kernelSource, lineOf(kernelSource, '/* before it is unloaded */')]] as const;
  /** Another build, under the name of the module that the kernel gets. */
  function rebuilt(folder: string, ...flags: string[]): string {
    mkdirSync(tested.bundle.file(folder));
    const object = tested.bundle.file(`${folder}/ten.o`);
    execFileSync('gcc', [...FLAGS, ...flags, '-c', source, '-o', object], { stdio: 'pipe' });
    return object;
  }
  const said = () =>
    session.messages
      .map((message) => (message as DebugProtocol.OutputEvent).body)
      .flatMap((body) => (body as { output?: string } | undefined)?.output ?? [])
      .join('');

  it('that is of another build is not used, and that is said', async () => {
    const stale = rebuilt('stale', '-DNUMBER=10', '-O0');
    await launch(first, { kernelModules: [stale] });
    await session.stop();
    expect(said()).toContain(
      `The module ten that the kernel has loaded is not the one in ${stale}: build-id or code differ`,
    );
    expect(await rowOf('ten')).toMatchObject({
      symbolStatus: 'Not used: the kernel has loaded another build',
    });
  });

  it('that differs a little is used, and that is said', async () => {
    await launch(first, { kernelModules: [rebuilt('patched', '-DNUMBER=11')] });
    await session.stop();
    expect(said()).toContain('Some bytes of the code of the module ten are not those of');
    expect(await rowOf('ten')).toMatchObject({ symbolStatus: 'Symbols and source lines' });
  });
});

describe('kernel and modules', () => {
  it('know the names of each other, and a step leads from one into the other', async () => {
    await launch([[source, line('/* into the kernel */')]]);
    await session.stop();
    expect(await session.evaluate('now')).toBe('11');
    expect(await session.evaluate('kernel_total')).toBe('0');
    await session.go('stepIn');
    expect((await session.stack())[0]).toMatchObject({ name: 'kernel_add' });
    expect(await session.evaluate('n')).toBe('21');
    await session.go('next');
    await session.go('stepOut');
    expect((await session.stack())[0]).toMatchObject({ name: 'module_work' });
    expect(await session.evaluate('kernel_total')).toBe('21');
  });

  it('that is a linked file is none, and the session does without it', async () => {
    await launch([[source, line('/* the beginning */')]], { kernelModules: [kernel, ...objects] });
    await session.stop();
    expect(await session.names()).toEqual(expect.arrayContaining(['module_init', 'load', 'kmain']));
    const said = session.messages.map((message) => JSON.stringify(message)).join('');
    expect(said).toMatch(/kernel\.elf has no symbols here: it is linked, and a module is an object file/);
  });

  it('without the option: modules are code that nobody knows', async () => {
    await launch([[kernelSource, lineOf(kernelSource, '/* called by a module */')]], { kernelModules: [] });
    await session.stop();
    expect((await session.names())[1]).toMatch(/^0x004/);
  });
});
