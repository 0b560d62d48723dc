/** The adapter speaks the language that its client names in `initialize`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { TRANSITION_KINDS, type TransitionKind } from '../../core/protocol/debug-protocol.ts';
import { guest, root } from './support/bundle.ts';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();

async function openIn(locale: string | undefined): Promise<{ session: Session; label: string | undefined }> {
  const session = await tested.open();
  const { body } = await session.client.initializeRequest({
    adapterID: 'colinux',
    pathFormat: 'path',
    ...(locale !== undefined && { locale }),
  });
  return { session, label: body?.exceptionBreakpointFilters?.[0]?.label };
}

/** What a request that fails says, where clients that know `format` look and where the others do. */
async function refusal({ client, messages }: Session, command: string, args: object = {}): Promise<string> {
  const failed = await client.send(command, args).then(
    () => false,
    () => true,
  );
  expect(failed, command).toBe(true);
  const { message, body } = messages
    .map((one) => one as DebugProtocol.ErrorResponse)
    .filter((one) => one.type === 'response' && one.command === command)
    .at(-1)!;
  expect(body.error?.variables?._sentence).toBe(message);
  return message!;
}

describe('a client in German', () => {
  it.each(['de', 'de-AT'])('is told everything in German: %s', async (locale) => {
    const { session, label } = await openIn(locale);
    const german = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.de.json'), 'utf8')) as Record<
      string,
      string
    >;
    expect(Object.values(german)).toContain(label);
    expect(await refusal(session, 'stackTrace', { threadId: 1 })).toBe(
      'Es gibt keine Maschine: Starten Sie zuerst eine.',
    );
    const { breakpoints } = (
      await session.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'f' }] })
    ).body;
    expect(breakpoints[0]?.message).toMatch(/^Kein geladener Kernel hat eine Funktion „f“/);
    expect(await refusal(session, 'launch', { kernel: ['a'] })).toBe(
      'Die Startoption „kernel“ muss eine Zeichenkette sein, ist aber ein Array: Berichtigen Sie sie in launch.json.',
    );
  });
});

it('a client in German is told in German what is wrong with an expression, and why the machine stands', async () => {
  const { session } = await openIn('de');
  await session.client.launchRequest({ kernel: guest, stopOnEntry: true } as never);
  await session.event('initialized');
  await session.client.configurationDoneRequest();
  await session.stop();
  const [frame] = await session.stack(2);
  const wrong = (expression: string) => refusal(session, 'evaluate', { expression, frameId: frame?.id });
  expect(await wrong('1 +')).toBe('Der Ausdruck endet, wo ein Wert gebraucht wird.');
  expect(await wrong('(1')).toBe('Der Ausdruck braucht hier ")", aber es folgt das Ende.');
  expect(await wrong('1 / 0')).toBe('Division durch null.');
  expect(await wrong('nothing')).toMatch(/^Hier gibt es keine Variable „nothing“/);
  await session.client.setExceptionBreakpointsRequest({ filters: ['guest-end'] });
  await session.client.continueRequest({ threadId: 2 });
  expect(await session.stop()).toMatchObject({ description: 'Wechsel' });
});

it.each([undefined, 'en', 'en-us', 'xx', '../l10n/de', ''])(
  'a client in another language is told everything in English: %s',
  async (locale) => {
    const { session } = await openIn(locale);
    expect(await refusal(session, 'stackTrace', { threadId: 1 })).toBe(
      'There is no machine: launch one first.',
    );
  },
);

/** A language of brackets around letters of another script: what has none was not translated. */
function writePseudoLocale(folder: string): void {
  const english = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.json'), 'utf8')) as Record<
    string,
    string
  >;
  const foreign = (text: string) =>
    text.replace(/\{\d+\}|\p{L}/gu, (found) => (found.length > 1 ? found : 'ж'));
  const pseudo = Object.fromEntries(Object.keys(english).map((text) => [text, `[${foreign(text)}]`]));
  writeFileSync(join(folder, '../l10n/bundle.l10n.qps.json'), JSON.stringify(pseudo));
}

const elf64 = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1);

it('no error of a launch or of a request escapes translation', async () => {
  writePseudoLocale(tested.bundle.folder);
  const bad = tested.bundle.file('bad.elf');
  writeFileSync(bad, elf64);
  const refused: [string, object][] = [
    ['nonsense', {}],
    ['attach', {}],
    ['restart', {}],
    ['continue', { threadId: 1 }],
    ['evaluate', { expression: 'regs', context: 'repl' }],
    ['readMemory', { memoryReference: '0x1000', count: 'x' }],
    ['colinux/guestLog', {}],
    ...[
      {},
      { kernel: '/nowhere/kernel.elf' },
      { kernel: bad },
      { kernel: 1 },
      { kernel: bad, memory: 3 },
      { kernel: bad, memory: 'much' },
      { kernel: bad, cpu: 'z80' },
      { kernel: bad, modules: [1] },
      { kernel: bad, stopOnEntry: 'yes' },
      { kernel: bad, gdbPort: -1 },
      { kernel: bad, devices: 1 },
      { kernel: bad, devices: { disks: 1 } },
      { kernel: bad, lists: ['?'] },
      { kernel: bad, programs: ['/nowhere/*.elf'] },
      { config: '/nowhere/colinux.conf' },
    ].map((options): [string, object] => ['launch', options]),
  ];
  for (const [command, args] of refused) {
    // A session launches once.
    const { session } = await openIn('qps-ploc');
    expect(await refusal(session, command, args), `${command} ${JSON.stringify(args)}`).toMatch(/^\[.*\]$/s);
    await session.close();
  }
});

interface Answer {
  readonly body: Record<string, unknown>;
}

/** Of commands that look at a stopped sample guest. */
const COMMANDS = [
  ...['bt', 'find 0,+16 "nothing"', 'gdt', 'help', 'idt', 'last-branches 3', 'ldt', 'map', 'map 0 0'],
  ...['p', 'p/8x 1', 'regs all', 'rings 3', 'rmap 0x100000', 'rmap', 'switches 3', 'sym kmain', 'sym 0'],
  ...['sym nothing', 'threads', 'tss', 'walk 0', 'walk 0xfffff000 w user', 'walk kmain x', 'walk', 'x'],
  ...['write &boot_params 1', 'write/z 0 1', 'dump', 'disas 1 2', 'find z', 'help z', 'nothing'],
];
/** What is the same in every language: names of symbols, files, threads, registers, bits and operations, and what is typed. */
const SAME = [
  /0x[\da-f]+(:0x[\da-f]+)?/g,
  /<[^>]*>/g,
  /\b[\w-]+\.(elf|c|S)\b(:\d+)?/g,
  /\b(host|guest0|physical):/g,
  /^ *[\w-]+ +|^\[\w+:/gm,
  /\b(greet|kmain|kernel_start|guest_entry|passage_switch|schedule|nothing|boot_params)\b/g,
  /\b(PDE|PTE|DPL|GDT|IDT|TSS|PID|pid|MESSAGE_TO_\w+|PROCESS_\w+|SWITCH_\w+|rwx|r-x|rw-)\b/g,
  /\b(base|limit|words|float|double|TOP|null|xmm\d|int|MMX|SSE)\b/g,
  /\b(COM\d|IRQ\d+|RTC|FPU|IDE|DTR|RTS|OUT\d|clock|daemon0)\b/g,
  /\[[A-Z\d ]*\]/g,
  /\/work\S*|\/[\w./-]+/g,
];

/** Words of what is said that no translation has passed. */
const untranslated = (said: string): readonly string[] =>
  SAME.reduce((text, same) => text.replace(same, ''), said).match(/[A-Za-z]{3,}/g) ?? [];

/** The words in parentheses behind the values of devices, and what is wrong with them. */
const wordsOf = ({ value = '', problem = '', children = [] }: DeviceWords): string[] => [
  ...(/\((.*)\)$/.exec(value)?.slice(1) ?? []),
  problem,
  ...children.flatMap(wordsOf),
];
interface DeviceWords {
  readonly value?: string;
  readonly problem?: string;
  readonly children?: readonly DeviceWords[];
}

describe('a stopped machine', () => {
  it('is told of in German: commands, frames, values, problems', async () => {
    const session = await tested.open();
    const main = inSample('kernel/main.c');
    await session.launch({ locale: 'de', breakpoints: [[main, lineOf(main, 'console_attribute(')]] });
    await session.stop();
    const [frame] = await session.stack(2);
    const repl = { context: 'repl', frameId: frame!.id };
    expect(await session.evaluate('help', repl)).toMatch(/^ {2}help +die Befehle dieser Konsole$/m);
    expect(await session.evaluate('walk kmain', repl)).toMatch(
      /Seite von 4 KiB.*\nLesen von Ring 0 aus ist erlaubt\.$/,
    );
    expect(await session.evaluate('gdt', repl)).toMatch(
      /Code, ausführbar\/lesbar, 32 Bit, DPL 0, Basis 0x0+,/,
    );
    expect(await session.evaluate('switches 1', repl)).toMatch(/^\d+ /);
    await expect(session.evaluate('$cr0 = 0x80000000', repl)).rejects.toThrow(
      'Der Prozessor weist 0x80000000 für CR0 zurück: Es würde #GP auslösen.',
    );
    await expect(session.evaluate('x', repl)).rejects.toThrow(
      'x: eine Adresse fehlt. Verwendung: x/NFU ADDR',
    );
    expect((await session.stack(1))[0]?.name).toBe('― ohne CPU seit MESSAGE_TO_MONITOR ―');
    const { client } = session;
    const place = await client.dataBreakpointInfoRequest({ name: 'boot_params', frameId: frame!.id });
    expect(place.body.description).toMatch(/^boot_params \(\d+ Bytes bei guest0:0x\w+\)$/);
    const register = await client.dataBreakpointInfoRequest({ name: '$eax', frameId: frame!.id });
    expect(register.body.description).toBe('$eax hat keine Adresse: Nur Speicher kann überwacht werden.');
    const scopes = (await client.scopesRequest({ frameId: frame!.id })).body.scopes;
    const registers = scopes.find(({ presentationHint }) => presentationHint === 'registers')!;
    const { body } = await client.variablesRequest(registers);
    expect(body.variables.map(({ name }) => name)).toEqual(expect.arrayContaining(['Allgemein', 'Segmente']));
    const walk = (await client.customRequest('colinux/pageWalk', { memoryReference: '0x10' })) as Answer;
    expect(walk.body.reason).toMatch(/^PDE ist nicht vorhanden \(PDE 0 bei /);
    expect((await client.threadsRequest()).body.threads.map(({ name }) => name)).toEqual([
      'Hostkernel',
      'Host: clock (pid 1)',
      'Host: daemon0 (pid 2)',
      'Gast 0 (hello-guest.elf)',
    ]);
    expect(await session.evaluate('map', repl)).toMatch(/ rwx Supervisor$/m);
    expect(await session.evaluate('rings', repl)).toMatch(/ Interrupt 0x\w+ +Ring \d → \d /);
    const { devices } = ((await client.customRequest('colinux/devices')) as Answer).body;
    expect(JSON.stringify(devices)).toContain('0x20 (Vektoren 0x20 bis 0x27)');
    expect(JSON.stringify(devices)).toContain('2 (Taktgenerator)');
    const tables = (await client.customRequest('colinux/descriptors', {
      threadId: 2,
      table: 'idt',
    })) as Answer;
    expect(JSON.stringify(tables.body)).toContain('32-Bit-Interrupt-Gate nach 0x');
  });

  it('has German words for what is the same for programs in every language', async () => {
    const session = await tested.open();
    const main = inSample('kernel/main.c');
    await session.launch({ locale: 'de', breakpoints: [[main, lineOf(main, 'console_attribute(')]] });
    await session.stop();
    const { client } = session;
    const answer = async (command: string, args: object) =>
      ((await client.customRequest(command, args)) as Answer).body;
    const [first] = (await answer('colinux/mappings', { threadId: 2 })).mappings as { flags: string }[];
    expect(first!.flags).toMatch(/^r[w-][x-] (user|supervisor)/);
    const { transitions } = await answer('colinux/transitions', { first: -1, most: 1 });
    expect(TRANSITION_KINDS).toContain((transitions as { kind: TransitionKind }[])[0]!.kind);
  });
  it('is refused in German for its configuration', async () => {
    const { session } = await openIn('de');
    const config = tested.bundle.file('wrong.colinux');
    writeFileSync(config, `kernel=${guest} mem=much\n`);
    expect(await refusal(session, 'launch', { config })).toMatch(/mem= erwartet .*gefunden wurde „much“/);
  });

  it('is refused in German by readers of images and by the machine', async () => {
    const refuse = async (bytes: Uint8Array, more: object = {}) => {
      const { session } = await openIn('de');
      const kernel = tested.bundle.file('refused.elf');
      writeFileSync(kernel, bytes);
      return refusal(session, 'launch', { kernel, ...more });
    };
    expect(await refuse(elf64)).toMatch(/64-Bit|abgeschnitten/);
    const image = readFileSync(guest);
    image.fill(0xff, 0x20, 0x24);
    expect(await refuse(image)).toMatch(/wurde bis Byte .* erwartet|reicht bis Byte/);
  });
  it('is told of by every request that a person reads', async () => {
    writePseudoLocale(tested.bundle.folder);
    const session = await tested.open();
    const { client } = session;
    const main = inSample('kernel/main.c');
    const line = lineOf(main, 'console_attribute(');
    await client.initializeRequest({
      ...{ adapterID: 'colinux', pathFormat: 'path', locale: 'qps' },
      ...{ supportsProgressReporting: true, linesStartAt1: true },
    });
    await client.launchRequest({ kernel: guest } as never);
    await session.event('initialized');
    const logMessage = '{*(int *)0x10}';
    await client.setBreakpointsRequest({
      source: { path: main },
      breakpoints: [{ line: line - 1, logMessage }, { line }],
    });
    await client.configurationDoneRequest();
    await session.stop();
    const [frame] = await session.stack(2);
    const { scopes } = (await client.scopesRequest({ frameId: frame!.id })).body;
    const registers = scopes.find(({ presentationHint }) => presentationHint === 'registers')!;
    const groups = (await client.variablesRequest(registers)).body.variables;
    const values = (
      await Promise.all(groups.map(async (group) => (await client.variablesRequest(group)).body.variables))
    ).flatMap((rows) => rows.map(({ value }) => value));
    const custom = async (command: string, args: object = {}) =>
      ((await client.customRequest(command, args)) as Answer).body;
    const { devices } = (await custom('colinux/devices')) as { devices: { children?: object[] }[] };
    const told: Record<string, unknown> = {
      threads: (await client.threadsRequest()).body.threads.map(({ name }) => name),
      scopes: scopes.map(({ name }) => name),
      values: [...groups.map(({ name }) => name), ...values],
      modules: (await client.modulesRequest({})).body.modules.map(({ symbolStatus }) => symbolStatus),
      stack: (await session.stack(1)).filter(({ name }) => name.startsWith('―')).map(({ name }) => name),
      kernels: ((await custom('colinux/tasks')).kernels as { name: string }[]).map(({ name }) => name),
      devices: devices.flatMap(wordsOf),
      records: (await custom('colinux/recordText', { record: 'rings', most: 4 })).text,
      logged: session.messages
        .map((one) => one as DebugProtocol.OutputEvent)
        .filter(({ event, body }) => event === 'output' && body.category === 'console')
        .map(({ body }) => body.output),
      status: session.messages
        .map((one) => one as DebugProtocol.Event)
        .filter(({ event }) => event === 'colinux/status')
        .map(({ body }) => (body as { coroutine: string }).coroutine),
    };
    for (const [what, texts] of Object.entries(told))
      expect.soft(untranslated(JSON.stringify(texts)), `${what}: ${JSON.stringify(texts)}`).toEqual([]);
  });
  it('is told of by every command', async () => {
    writePseudoLocale(tested.bundle.folder);
    const session = await tested.open();
    const main = inSample('kernel/main.c');
    await session.launch({ locale: 'qps', breakpoints: [[main, lineOf(main, 'console_attribute(')]] });
    await session.stop();
    const [frame] = await session.stack(2);
    for (const expression of COMMANDS) {
      const args = { expression, context: 'repl', frameId: frame!.id };
      const said = await session.client.evaluateRequest(args).then(
        ({ body }) => body.result,
        (thrown: unknown) => String(thrown).replace(/^Error: |\. жж[^:]*: .*$/gs, ''),
      );
      expect.soft(untranslated(said), `${expression}\n${said}\n`).toEqual([]);
    }
  });
});
