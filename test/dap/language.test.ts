/** The adapter speaks the language that its client names in `initialize`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
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
    expect(breakpoints[0]?.message).toMatch(/^Kein geladener Kernel hat eine Funktion "f"/);
    expect(await refusal(session, 'launch', { kernel: ['a'] })).toBe(
      'Die Startoption „kernel“ muss eine Zeichenkette sein, ist aber ein Feld: Berichtigen Sie sie in launch.json.',
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
  expect(await wrong('nothing')).toMatch(/^Hier gibt es keine Variable "nothing"/);
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
  /\b(host|guest) (kernel|\d)|host: \w+|\bguest0:|physical:/g,
  /^ *[\w-]+ +|^\[\w+:/gm,
  /\b(greet|kmain|kernel_start|guest_entry|passage_switch|schedule|nothing|boot_params)\b/g,
  /\b(PDE|PTE|DPL|GDT|IDT|TSS|PID|pid|MESSAGE_TO_\w+|PROCESS_\w+|SWITCH_\w+|supervisor|user|large|rwx|r-x|rw-|32-bit)\b/g,
  /\b(base|limit|rounding|precision|words|float|double|nearest|extended|TOP|null|xmm\d)\b/g,
  /\b(software-interrupt|interrupt-return|interrupt|exception)\b/g,
  /\[[A-Z\d ]*\]/g,
  /\/work\S*|\/[\w./-]+/g,
];

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
    expect((await session.stack(1))[0]?.name).toBe('― fort seit MESSAGE_TO_MONITOR ―');
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
    const tables = (await client.customRequest('colinux/descriptors', {
      threadId: 2,
      table: 'idt',
    })) as Answer;
    expect(JSON.stringify(tables.body)).toContain('32-Bit-Interrupt-Gate nach 0x');
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
      const left = SAME.reduce((text, same) => text.replace(same, ''), said);
      expect.soft(left.match(/[A-Za-z]{3,}/g) ?? [], `${expression}\n${said}\n`).toEqual([]);
    }
  });
});
