/**
 * Requests of any shape: for each command arguments that fit its schema, then damaged ones. Each gets exactly one answer, an
 * error has a code of the catalogue and a sentence, and behind all of them the session debugs as before. Seeded: a failure comes again.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Schema } from '../../debug-adapter/json-schema.ts';
import schemas from '../../debug-adapter/protocol.schema.json' with { type: 'json' };
import { type Bundle, bundleAdapter } from './support/bundle.ts';
import { inSample, lineOf, openSession, type Session } from './support/session.ts';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.dispose();
});

const main = inSample('kernel/main.c');
const MESSAGES = 200;
/** These end the session or the machine, or set it going for long. */
const LEFT_OUT = new Set([
  'disconnect',
  'terminate',
  'restart',
  'launch',
  'continue',
  'colinux/nmi',
  'colinux/power',
]);

const definitions = schemas.$defs as Readonly<Record<string, Schema>>;
const requests = schemas.requests as Readonly<Record<string, { readonly arguments?: Schema }>>;
const COMMANDS = Object.keys(requests).filter((command) => !LEFT_OUT.has(command));

/** Xorshift of 32 bits. */
function randomOf(seed: number) {
  let state = seed;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    below: (n: number) => next() % n,
    pick: <T>(list: readonly T[]): T => list[next() % list.length]!,
  };
}
type Random = ReturnType<typeof randomOf>;

const TEXTS = [
  ...[
    '',
    'x',
    '0',
    '0xc0100000',
    'guest0:0xc0104020+4',
    'physical:0',
    'host:0xffffffff',
    main,
    'kmain',
    '__proto__',
  ],
  ...[
    'boot_params',
    '*(int *)0',
    '1/0',
    '((((',
    '$eax',
    'megabytes = 5',
    'walk kmain',
    'x/3000s 0',
    'find zz',
    'help',
  ],
  ...[
    'p/x',
    'a'.repeat(5000),
    '\u0000\ud800',
    '{"a":1}',
    '%s%n',
    '../../etc',
    'cocon0',
    'AAAA',
    '"',
    "'",
    '>= 5',
    '% 2',
  ],
];
const NUMBERS = [
  0,
  1,
  2,
  3,
  -1,
  7,
  255,
  4096,
  65_536,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  -(2 ** 31),
  Number.MAX_SAFE_INTEGER,
];
const ANYTHING: readonly unknown[] = [
  null,
  true,
  1.5,
  1e300,
  'x',
  [],
  {},
  [[[]]],
  { path: {} },
  [null, 1, 'a'],
  -0,
];

/** What often makes sense for a field of this name; numbers of frames and values are renewed as the session goes on. */
const LIKELY: Record<string, readonly unknown[]> = {
  threadId: [1, 2],
  memoryReference: ['0xc0100000', 'guest0:0xc0100000', 'physical:0x100000', '0xfffffff0', 'host:0'],
  instructionReference: ['0xc0100000', 'host:0xc0100000'],
  path: [main, inSample('kernel/console.c'), '/nowhere/main.c'],
  line: [1, 30, 60, 93, 1000],
  expression: [
    'megabytes',
    'boot',
    '*boot',
    'boot->command_line',
    '$esp',
    'gdt',
    'x/4xw $esp',
    'walk kmain',
    'bt',
    'map',
  ],
  name: ['megabytes', 'boot', '[0]', 'eax', 'kmain', 'is_prime'],
  value: ['1', 'megabytes + 1', '0xffffffff', '"text"'],
  text: ['boot->', 'wa', '$', 'walk &b', 'struct '],
  dataId: ['guest0:0xc0104020+4', 'physical:0x100000+1'],
  instructionCount: [0, 1, 50],
  count: [0, 1, 64],
  terminal: ['cocon0', 'com1'],
  physical: [0x10_0000],
};

function valueOf(schema: Schema, random: Random, depth = 0, name = ''): unknown {
  const likely = LIKELY[name];
  if (likely && random.below(4) > 0) return random.pick(likely);
  if (schema.$ref !== undefined)
    return valueOf(definitions[schema.$ref.split('/').at(-1)!] ?? {}, random, depth + 1);
  if (schema.enum) return random.pick(schema.enum);
  if (schema.anyOf) return valueOf(random.pick(schema.anyOf), random, depth, name);
  switch (schema.type) {
    case 'string':
      return random.pick(TEXTS);
    case 'integer':
      return random.below(2) === 0 ? random.below(10) : random.pick(NUMBERS);
    case 'boolean':
      return random.below(2) === 0;
    case 'array':
      return Array.from({ length: random.below(4) }, () => valueOf(schema.items ?? {}, random, depth + 1));
    case 'object': {
      const object: Record<string, unknown> = {};
      for (const [field, property] of Object.entries(schema.properties ?? {})) {
        const needed = schema.required?.includes(field) ?? false;
        if (depth < 4 && (needed || random.below(2) === 0))
          object[field] = valueOf(property, random, depth + 1, field);
      }
      return object;
    }
    default:
      return random.pick(ANYTHING);
  }
}

/** Puts something else somewhere into a value. */
function damaged(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.below(5) === 0) return random.pick(ANYTHING);
  if (Array.isArray(value))
    return value.map((item) => (random.below(2) === 0 ? damaged(item, random) : (item as unknown)));
  const names = Object.keys(value);
  const chosen = random.below(4) === 0 || names.length === 0 ? random.pick(TEXTS) : random.pick(names);
  const field = (value as Record<string, unknown>)[chosen];
  return { ...value, [chosen]: random.below(4) === 0 ? undefined : damaged(field, random) };
}

interface Failure {
  readonly message?: string;
  readonly body?: { readonly error?: { readonly id?: number } };
}

async function send({ client, messages }: Session, command: string, args: unknown): Promise<void> {
  const before = messages.length;
  const text = `${command} ${JSON.stringify(args)?.slice(0, 300)}`;
  const limit = new Promise<never>((_resolve, reject) =>
    setTimeout(() => {
      reject(new Error(`no answer to ${text}`));
    }, 15_000).unref(),
  );
  await Promise.race([client.send(command, args).catch(() => undefined), limit]);
  const answers = messages
    .slice(before)
    .filter(({ type }) => type === 'response') as (DebugProtocol.Response & Failure)[];
  expect(answers, text).toHaveLength(1);
  const [{ success, message, body }] = answers as [DebugProtocol.Response & Failure];
  if (success) return;
  expect(message, text).toMatch(/^\S.*[.?]$/s);
  expect(message, text).not.toMatch(/TypeError|is not a function|Cannot read|\bundefined\b|\[object/);
  expect((body as Failure['body'])?.error?.id, text).not.toBe(1999);
}

/** Frames, values and targets of the present stop. */
async function renewNumbers({ client }: Session): Promise<void> {
  const ask = async (command: string, args: object) =>
    (await client.send(command, args).catch(() => ({ body: {} }))).body as Record<
      string,
      Record<string, number>[]
    >;
  const frames = (await ask('stackTrace', { threadId: 2 })).stackFrames ?? [];
  LIKELY.frameId = frames.map(({ id }) => id);
  const scopes = (await ask('scopes', { frameId: frames[0]?.id })).scopes ?? [];
  LIKELY.variablesReference = [0, ...scopes.map(({ variablesReference }) => variablesReference)];
  const targets = (await ask('gotoTargets', { source: { path: main }, line: 93 })).targets ?? [];
  LIKELY.targetId = targets.map(({ id }) => id);
  for (const name of ['frameId', 'targetId']) if (LIKELY[name]?.length === 0) LIKELY[name] = [1];
}

describe('requests of any shape', () => {
  it.each([1, 2])('are answered, whatever is in them: seed %i', async (seed) => {
    const random = randomOf(seed * 0x9e37_79b9);
    const session = await openSession(bundle.adapter);
    await session.launch({ breakpoints: [[main, lineOf(main, 'memory: %u MiB')]] });
    await session.stop();
    for (let n = 0; n < MESSAGES; n++) {
      const command = random.pick(COMMANDS);
      const fits = valueOf(requests[command]!.arguments ?? {}, random);
      const args = random.below(3) > 0 ? fits : damaged(fits, random);
      if (n % 10 === 0) await renewNumbers(session);
      await send(session, command, args);
      // What has set the machine going is stopped again, so that the others find something to look at.
      if (['next', 'stepIn', 'stepOut', 'configurationDone'].includes(command))
        await send(session, 'pause', { threadId: 1 });
    }
    await session.client.send('pause', { threadId: 1 });
    const threads = (await session.client.threadsRequest()).body.threads;
    expect(threads.length).toBeGreaterThan(0);
    await session.client.send('restart', {
      arguments: { kernel: inSample('build/hello-guest.elf'), stopOnEntry: true },
    });
    expect(
      (await session.client.stackTraceRequest({ threadId: 1 }).catch(() => session.stop())) !== undefined,
    ).toBe(true);
    await session.close();
  });
});
