/** Sources, images and the format of frames: what is there, and what takes the place of what is not. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { guest } from './support/bundle.ts';
import { inRoot, inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;

const main = inSample('kernel/main.c');

async function ask<Body>(command: string, args: object = {}): Promise<Body> {
  return (await session.client.customRequest(command, args)).body as Body;
}

async function toGreeting(options: object = {}): Promise<void> {
  session = await tested.open();
  await session.launch({ breakpoints: [[main, lineOf(main, 'greet("a coop')]], ...options });
  await session.stop();
}

const eventsOf = <Body>(name: string) =>
  session.messages
    .map((message) => message as { event?: string; body?: Body })
    .filter(({ event }) => event === name)
    .map(({ body }) => body!);

describe('a source that is not there', () => {
  it('is disassembly, one document for a function, with the place of the frame', async () => {
    const kernel = tested.bundle.file('moved.elf');
    const bytes = readFileSync(guest);
    for (let at = bytes.indexOf('main.c\0'); at >= 0; at = bytes.indexOf('main.c\0', at + 1))
      bytes.write('gone.c', at);
    writeFileSync(kernel, bytes);
    session = await tested.open();
    await session.launch({
      kernel,
      breakpoints: [[inSample('kernel/gone.c'), lineOf(main, 'greet("a coop')]],
    });
    await session.stop();
    const [top] = await session.stack(2);
    expect(top).toMatchObject({
      name: 'kmain',
      source: { name: 'kmain.s', sourceReference: 1 },
    });
    // Clients would pass over it, and show nothing.
    expect([top!.presentationHint, top!.source!.presentationHint]).toEqual([undefined, undefined]);
    expect(top!.source!.origin).toMatch(/^disassembly: \S+\/kernel\/gone\.c is not there$/);
    expect(top!.source!.path).toBeUndefined();
    const { content, mimeType } = await ask<DebugProtocol.SourceResponse['body']>('source', {
      source: top!.source,
      sourceReference: 0,
    });
    expect(mimeType).toBe('text/x-asm');
    const lines = content.split('\n');
    expect(lines[top!.line - 1]).toMatch(new RegExp(`^${top!.instructionPointerReference!} `));
    expect(content).toMatch(/^kmain:$/m);
    // What is not there is told once, in a sentence; its lines go by its name alone.
    expect(lines[1]).toMatch(/^# The source \S+\/kernel\/gone\.c is not there\. Open the folder/);
    expect(content).toMatch(/\n# gone\.c:\d+\n/);
    const { instructions } = await ask<DebugProtocol.DisassembleResponse['body'] & object>('disassemble', {
      memoryReference: top!.instructionPointerReference,
      instructionCount: 40,
    });
    const files = instructions.map(({ location }) => location?.path ?? '');
    expect(files.filter((path) => path.endsWith('gone.c'))).toEqual([]);
    expect(content).toMatch(/call\s+\S+ <greet>/);
    await session.go('next');
    const [next] = await session.stack(2);
    expect(next!.source).toEqual(top!.source);
    expect(next!.line).toBeGreaterThan(top!.line);
    expect(eventsOf<{ source: { name: string } }>('loadedSource').map(({ source }) => source.name)).toContain(
      'kmain.s',
    );
    const at = content.split('\n').findIndex((text) => text.includes('<count_primes>')) + 1;
    const set = (lines: number[]) =>
      session.client.setBreakpointsRequest({
        source: top!.source!,
        breakpoints: lines.map((line) => ({ line })),
      });
    expect((await set([at, 100_000])).body.breakpoints).toMatchObject([
      { verified: true, line: at },
      { verified: false, message: expect.stringContaining('No code') as string },
    ]);
    await session.go('continue');
    expect((await session.stack(2))[0]).toMatchObject({ name: 'kmain', line: at, source: top!.source });
    await expect(ask('source', { sourceReference: 99 })).rejects.toThrow('There is no such source');
  });
});

describe('images and their sources', () => {
  it('are listed, with symbols, addresses and paths', async () => {
    await toGreeting();
    const { modules, totalModules } = await ask<{ modules: DebugProtocol.Module[]; totalModules: number }>(
      'modules',
    );
    expect(modules).toHaveLength(totalModules);
    expect(modules.map(({ id }) => id)).toEqual(expect.arrayContaining(['host', 'program:clock', 'guest0']));
    expect(modules.find(({ id }) => id === 'guest0')).toEqual({
      id: 'guest0',
      name: 'hello-guest.elf',
      path: guest,
      symbolStatus: 'Symbols and source lines',
      addressRange: expect.stringMatching(/^0x[0-9a-f]{8}-0xc0[0-9a-f]{6}$/) as string,
    });
    const page = await ask<{ modules: DebugProtocol.Module[] }>('modules', {
      startModule: 1,
      moduleCount: 2,
    });
    expect(page.modules).toEqual(modules.slice(1, 3));
    expect((await session.stack(2))[0]).toMatchObject({ moduleId: 'guest0' });
    const { sources } = await ask<{ sources: DebugProtocol.Source[] }>('loadedSources');
    expect(sources).toContainEqual({ name: 'main.c', path: main });
    expect(new Set(sources.map(({ path }) => path)).size).toBe(sources.length);
  });

  it('that a restart brings are told', async () => {
    await toGreeting();
    const before = eventsOf('module').length;
    const path = tested.bundle.file('stripped.elf');
    writeFileSync(path, readFileSync(guest));
    await session.client.send('restart', { arguments: { kernel: path } });
    await session.stop();
    expect(eventsOf<{ reason: string; module: { id: string } }>('module').slice(before)).toMatchObject([
      { reason: 'changed', module: { id: 'guest0', path } },
    ]);
    const told = eventsOf('loadedSource').length;
    const other = inRoot('samples/minimal-guest/build/kernel.elf');
    await session.client.send('restart', { arguments: { kernel: other, stopOnEntry: true } });
    await session.stop();
    const changes = eventsOf<{ reason: string; source: DebugProtocol.Source }>('loadedSource').slice(told);
    expect(changes).toContainEqual({ reason: 'removed', source: { name: 'main.c', path: main } });
    expect(
      changes.some(({ reason, source }) => reason === 'new' && source.path?.includes('minimal-guest')),
    ).toBe(true);
    expect(changes.some(({ source }) => source.path?.includes('kernels/host'))).toBe(false);
  });
});

describe('the name of a frame', () => {
  it('has the parts that a client asks for', async () => {
    session = await tested.open();
    const at = lineOf(main, 'printk("Hello from');
    await session.launch({ breakpoints: [[main, at]] });
    await session.stop();
    const named = async (format: DebugProtocol.StackFrameFormat) =>
      (await session.client.stackTraceRequest({ threadId: 2, levels: 1, format })).body.stackFrames[0]!.name;
    expect(await named({ line: true })).toBe(`greet Line ${at}`);
    expect(await named({ module: true })).toBe('hello-guest.elf!greet');
    expect(await named({ parameters: true, parameterTypes: true, parameterNames: true })).toMatch(
      /^greet\((const )?char( const)? ?\* name\)$/,
    );
    expect(await named({ parameters: true, parameterNames: true, parameterValues: true })).toMatch(
      /^greet\(name=.*a cooperative guest kernel.*\)$/,
    );
    expect(await named({ parameters: true })).toBe('greet()');
  });

  it('comes with the number of all frames when only some are asked for', async () => {
    await toGreeting();
    const all = (await session.client.stackTraceRequest({ threadId: 2 })).body;
    const some = (await session.client.stackTraceRequest({ threadId: 2, startFrame: 1, levels: 1 })).body;
    expect(some.totalFrames).toBe(all.stackFrames.length);
    expect(some.stackFrames.map(({ name }) => name)).toEqual([all.stackFrames[1]!.name]);
  });
});
