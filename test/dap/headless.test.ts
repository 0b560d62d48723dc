/*
 * The headless demo and the DAP messages of such a session against golden files. To renew these after an intended
 * change: UPDATE_GOLDEN=1 npx vitest run test/dap/headless.test.ts
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundleAdapter, root, sample } from './support/bundle.ts';
import { inSample, lineOf, openSession } from './support/session.ts';

let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleAdapter();
});
afterAll(() => {
  bundle.dispose();
});

function expectGolden(text: string, name: string): void {
  const file = join(root, 'test/golden', name);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '');
}

/** What depends on the compiler (addresses, flags left over, variables that have no value yet), and lines of the host kernel. */
const normalised = (text: string) =>
  text
    .replace(/(kernels\/host\/\S+\.[cS]:)\d+/g, '$1…')
    .replace(/"line": \d+(,\s+"column": \d+,\s+"instructionPointerReference": "host:)/g, '"line": …$1')
    .replace(/0x[0-9a-f]{8}/g, '0x········')
    .replace(/(eflags .*)\[.*\]/, '$1[…]')
    .replace(/\b3\d{9}\b/g, '··········')
    .replace(/(primes|code)( += )\d+/g, '$1$2…');

describe('the headless demo', () => {
  it('tells the whole session and ends with exit code 0', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [bundle.demo, '--sample', sample], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expectGolden(normalised(stdout), 'dap-headless.txt');
  });

  it('ends with one sentence and a status when the sample is not built', () => {
    const empty = join(bundle.folder, 'empty');
    mkdirSync(empty, { recursive: true });
    const { stderr, status } = spawnSync(process.execPath, [bundle.demo, '--sample', empty], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toBe(
      'colinux demo: Expected hello-guest.elf, but it is not there: build it with npm run build:kernels.\n',
    );
  });
});

describe('the messages of a session', () => {
  it('are those of the golden transcript', async () => {
    const session = await openSession(bundle.adapter);
    const { client, messages } = session;
    const main = inSample('kernel/main.c');
    const lines: string[] = [];
    const send = client.send.bind(client) as (
      command: string,
      args?: unknown,
    ) => Promise<DebugProtocol.Response>;
    const tell = (mark: string, name: string, body: unknown) => {
      lines.push(`${mark} ${name}${body === undefined ? '' : ' ' + JSON.stringify(body, undefined, 2)}`);
    };
    let told = 0;
    const flush = () => {
      for (const message of messages.slice(told)) {
        if (message.type === 'response') {
          const { command, body } = message as DebugProtocol.Response;
          tell('←', command, body);
        } else {
          const { event, body } = message as DebugProtocol.Event;
          // When consoles are flushed and the status is told depends on the speed of the computer.
          if (event !== 'output' && !event.startsWith('colinux/')) tell('•', event, body);
        }
      }
      told = messages.length;
    };
    const ask = async (command: string, args: object = {}) => {
      flush();
      tell('→', command, args);
      const response = await send(command, args);
      flush();
      return response.body as unknown;
    };
    const go = async (command: 'continue' | 'next' | 'stepIn' | 'stepOut') => {
      await ask(command, { threadId: 2 });
      await session.stop();
      flush();
    };
    const top = async () => {
      const body = (await ask('stackTrace', { threadId: 2 })) as DebugProtocol.StackTraceResponse['body'];
      return body.stackFrames[0]!.id;
    };
    try {
      await ask('initialize', { adapterID: 'colinux', pathFormat: 'path' });
      await ask('launch', { kernel: inSample('build/hello-guest.elf') });
      await ask('setBreakpoints', {
        source: { path: main },
        breakpoints: [{ line: lineOf(main, 'unsigned megabytes = ') }],
      });
      await ask('configurationDone');
      await session.stop();
      await ask('threads');
      await ask('stackTrace', { threadId: 1 });
      await top();
      await go('next');
      await go('next');
      await go('stepIn');
      const { scopes } = (await ask('scopes', {
        frameId: await top(),
      })) as DebugProtocol.ScopesResponse['body'];
      await ask('variables', { variablesReference: scopes[0]!.variablesReference });
      await go('stepOut');
      await ask('evaluate', { expression: 'megabytes', frameId: await top(), context: 'watch' });
      await ask('continue', { threadId: 2 });
      await session.event('terminated');
      await ask('disconnect');
      flush();
    } finally {
      await session.close();
    }
    const text = lines.join('\n').replaceAll(sample, '<sample>').replaceAll(root, '<root>/') + '\n';
    expectGolden(normalised(text), 'dap-transcript.txt');
  });
});
