/** The adapter speaks the language that its client names in `initialize`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { guest, root } from './support/bundle.ts';
import type { Session } from './support/session.ts';
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

/** A language of brackets: what has none was not translated. */
function writePseudoLocale(folder: string): void {
  const english = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.json'), 'utf8')) as Record<
    string,
    string
  >;
  const bracketed = Object.fromEntries(Object.keys(english).map((text) => [text, `[${text}]`]));
  writeFileSync(join(folder, '../l10n/bundle.l10n.qps.json'), JSON.stringify(bracketed));
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
