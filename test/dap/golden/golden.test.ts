/**
 * Every request that the adapter answers, and every event, in golden transcripts (`test/golden/dap`, one file a request). A few sessions ask
 * everything, so that the whole takes seconds. After an intended change: UPDATE_GOLDEN=1 npx vitest run test/dap/golden
 */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Events } from '../../../debug-adapter/protocol.ts';
import { COMMANDS } from '../../../debug-adapter/requests/table.ts';
import { type Bundle, bundleAdapter } from '../support/bundle.ts';
import { inRoot, openSession, type Session } from '../support/session.ts';
import { startDaemon } from '../support/daemon.ts';
import { guest, guestOfDaemon } from './guest.ts';
import { kernel } from './kernel-session.ts';
import { nothing } from './nothing.ts';
import { type Play, type Rule, scribe, type Scribe, Transcripts } from './transcripts.ts';

/** Requests that do what they are asked whatever the session is, and whatever they are asked with. */
const NEVER_FAIL = new Set(['threads', 'loadedSources']);

/** Every event by name: the compiler knows when one is missing. */
const EVENTS: Record<keyof Events, true> = {
  ...{ initialized: true, continued: true, stopped: true, exited: true, terminated: true, thread: true },
  ...{ invalidated: true, memory: true, module: true, loadedSource: true, breakpoint: true, output: true },
  ...{ progressStart: true, progressUpdate: true, progressEnd: true },
  ...{ 'colinux/coverage': true, 'colinux/console': true, 'colinux/status': true, 'colinux/profile': true },
};

const FLAGS = [
  '-m32',
  '-O0',
  '-ffreestanding',
  '-fno-pic',
  '-nostdlib',
  '-static',
  '-no-pie',
  '-fcf-protection=none',
];

/** Lines and counts of the kernels here are of no interest. */
const OF_KERNELS: readonly Rule[] = [
  [/(line|endLine|column): \d+/g, '$1: …'],
  [/\b\d{4}\b/g, '…'],
];

let bundle: Bundle;
const transcripts = new Transcripts();

/** Two units: one has debug information. */
function buildKernel(): string {
  const image = bundle.file('golden.elf');
  const object = (name: string, ...flags: string[]) => {
    const path = bundle.file(`${name}.o`);
    execFileSync('gcc', [...FLAGS, ...flags, '-c', inRoot(`test/dap/golden/${name}.c`), '-o', path], {
      stdio: 'pipe',
    });
    return path;
  };
  const objects = [object('kernel', '-g'), object('without-source')];
  const linker = '-Wl,-m,elf_i386,-Ttext=0x200000,--build-id=none';
  execFileSync('gcc', [...FLAGS, linker, ...objects, '-o', image], { stdio: 'pipe' });
  return image;
}

type Scenario = (asks: Scribe, session: Session) => Promise<void>;

/** @param port of a server to connect to, instead of an adapter of its own */
async function play(
  scenario: Scenario,
  { rules = [], beside = false }: Play = {},
  port?: number,
): Promise<void> {
  const session = await openSession(bundle.adapter, port);
  const own: Rule[] = [[bundle.folder, '<folder>'], ...rules];
  try {
    await scenario(scribe(transcripts, session, { rules: own, beside }), session);
  } finally {
    await session.close();
  }
}

beforeAll(async () => {
  bundle = await bundleAdapter();
  const image = buildKernel();
  await play(nothing);
  await play((asks, { client }) => kernel(asks, image, client));
  await play(guest, { rules: OF_KERNELS });
  const daemon = await startDaemon(bundle);
  await play(guestOfDaemon, { rules: OF_KERNELS, beside: true }, daemon.port).finally(() =>
    daemon.process.kill('SIGKILL'),
  );
});
afterAll(() => {
  bundle.dispose();
});

describe('golden transcripts', () => {
  it('are what the adapter does', () => {
    for (const { command, text, golden } of transcripts.files()) expect(text, command).toBe(golden);
    expect(transcripts.strays()).toEqual([]);
  });

  it('have every request, answered and refused', () => {
    const missing = COMMANDS.flatMap((command) => {
      const text = transcripts.of(command);
      const answered = text.includes(`← ${command}`) ? [] : [`${command}: no answer`];
      const refused =
        NEVER_FAIL.has(command) || text.includes(`✗ ${command}: `) ? [] : [`${command}: no failure`];
      return [...answered, ...refused];
    });
    expect(missing).toEqual([]);
  });

  it('have every event', () => {
    const text = transcripts.text();
    expect(Object.keys(EVENTS).filter((event) => !new RegExp(`^• ${event}( |$)`, 'm').test(text))).toEqual(
      [],
    );
  });
});
