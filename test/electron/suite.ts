/**
 * Tests inside of the extension host: the API that VS Code gives to extensions, without a look at the screen. They run on a desktop VS
 * Code, or where there is none in the browser's (run.mjs).
 */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const ID = 'colinux.colinux';
const [folder] = vscode.workspace.workspaceFolders ?? [];

/** A debug session that a test has begun. */
interface Begun {
  readonly session: vscode.DebugSession;
  /** Milliseconds from the start to the first stop. */
  readonly toFirstStop: number;
}

/** The session that stops next, of all that there are. */
const nextStop = () =>
  new Promise<vscode.DebugSession>((resolve) => {
    waiting.push(resolve);
  });
const waiting: ((session: vscode.DebugSession) => void)[] = [];
/** When the adapter was asked for a restart last: VS Code has its own work before that. */
let restartAsked = 0;
/** What the adapter was asked. */
const asked = new Set<string>();
vscode.debug.registerDebugAdapterTrackerFactory('colinux', {
  createDebugAdapterTracker: (session) => ({
    onWillReceiveMessage({ command }: { command?: string }) {
      if (command !== undefined) asked.add(command);
      if (command === 'restart') restartAsked = performance.now();
    },
    onDidSendMessage({ type, event }: { type?: string; event?: string }) {
      if (type === 'event' && event === 'stopped') for (const resolve of waiting.splice(0)) resolve(session);
    },
  }),
});

/** Starts the sample with a breakpoint in kmain, and waits for it. */
async function stopInKmain(configuration?: vscode.DebugConfiguration): Promise<Begun> {
  const main = vscode.Uri.joinPath(folder.uri, 'kernel/main.c');
  const text = (await vscode.workspace.openTextDocument(main)).getText().split('\n');
  const line = text.findIndex((one) => one.includes('count_primes(PRIME_LIMIT)'));
  vscode.debug.addBreakpoints([
    new vscode.SourceBreakpoint(new vscode.Location(main, new vscode.Position(line, 0))),
  ]);
  const stopped = nextStop();
  const began = performance.now();
  const given = configuration ?? { type: 'colinux', request: 'launch', name: 'sample' };
  assert.equal(await vscode.debug.startDebugging(folder, given), true);
  const session = await stopped;
  return { session, toFirstStop: performance.now() - began };
}

/** What is open. */
const labels = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).map(({ label }) => label);

/** Waits until something holds. */
async function until(holds: () => Thenable<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come to hold in 20 seconds');
}

/** Does something while a setting of the workspace has a value. */
async function withSetting(name: string, value: unknown, action: () => Promise<void>): Promise<void> {
  const set = (given: unknown) =>
    vscode.workspace.getConfiguration('colinux').update(name, given, vscode.ConfigurationTarget.Workspace);
  await set(value);
  try {
    await action();
  } finally {
    await set(undefined);
  }
}

async function end(session: vscode.DebugSession): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    const subscription = vscode.debug.onDidTerminateDebugSession(({ id }) => {
      if (id !== session.id) return;
      subscription.dispose();
      resolve();
    });
  });
  await vscode.debug.stopDebugging(session);
  await ended;
  vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
}

suite('coLinux in the extension host', () => {
  test('activates', async () => {
    const extension = vscode.extensions.getExtension(ID);
    assert.ok(extension, `${ID} is installed`);
    const began = performance.now();
    await extension.activate();
    console.log(`figure: activation ${(performance.now() - began).toFixed(0)} ms`);
    assert.equal(extension.isActive, true);
  });

  test('has every command that package.json announces', async () => {
    const { commands } = (
      vscode.extensions.getExtension(ID)?.packageJSON as { contributes: { commands: { command: string }[] } }
    ).contributes;
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      commands.filter(({ command }) => !known.has(command)),
      [],
    );
  });

  test('what needs a machine says so when there is none', async () => {
    for (const name of [
      'raiseNmi',
      'startProfile',
      'stopProfile',
      'savePackets',
      'revealInMemory',
      'revealInAddressSpace',
    ])
      await assert.rejects(
        async () => vscode.commands.executeCommand(`colinux.${name}`),
        /No machine is being debugged: press F5/,
        name,
      );
  });

  test('F5 stops in kmain with both kernels as threads', async () => {
    const { session, toFirstStop } = await stopInKmain();
    console.log(`figure: start to first stop ${toFirstStop.toFixed(0)} ms`);
    const { threads } = (await session.customRequest('threads')) as { threads: { name: string }[] };
    assert.ok(threads.some(({ name }) => name === 'host kernel'));
    assert.ok(threads.some(({ name }) => name.startsWith('guest 0')));
    const began = performance.now();
    const again = nextStop();
    await vscode.commands.executeCommand('workbench.action.debug.restart');
    await again;
    const stopped = performance.now();
    const [all, ours] = [began, restartAsked].map((from) => (stopped - from).toFixed(0));
    console.log(`figure: restart to the stop ${all} ms, ${ours} of them from the request to the adapter`);
    await end(session);
    console.log(
      `figure: memory of the extension host ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`,
    );
  });

  test('requests of views are answered', async () => {
    const { session } = await stopInKmain();
    const { mappings } = (await session.customRequest('colinux/mappings', { threadId: 2 })) as {
      mappings: { region: string }[];
    };
    assert.ok(mappings.some(({ region }) => region === 'passage'));
    const { devices } = (await session.customRequest('colinux/devices')) as { devices: { name: string }[] };
    assert.ok(devices.some(({ name }) => name === 'pic'));
    await end(session);
  });

  test('memory is read and written through the documents of VS Code, as by the hex editor', async () => {
    const { session } = await stopInKmain();
    const top = (await session.customRequest('stackTrace', { threadId: 2 })) as {
      stackFrames: { id: number }[];
    };
    const look = async (expression: string) =>
      (await session.customRequest('evaluate', {
        expression,
        frameId: top.stackFrames[0]?.id,
        context: 'watch',
      })) as { result: string; memoryReference?: string };
    const { memoryReference = '' } = await look('&megabytes');
    // What "View Binary Data" opens; the hex editor asks for one range after the other.
    const path = `/${encodeURIComponent(memoryReference)}/memory.bin`;
    const range = (from: number, to: number) =>
      vscode.Uri.from({
        ...{ scheme: 'vscode-debug-memory', authority: session.id, path },
        query: `range=${String(from)}:${String(to)}`,
      });
    const { fs } = vscode.workspace;
    assert.deepEqual([...(await fs.readFile(range(0, 4)))], [16, 0, 0, 0]);
    assert.deepEqual([...(await fs.readFile(range(1, 3)))], [0, 0]);
    await fs.writeFile(range(0, 2), Uint8Array.of(5, 1));
    assert.equal((await look('megabytes')).result, String(0x105));
    assert.deepEqual([...(await fs.readFile(range(0, 4)))], [5, 1, 0, 0]);
    await end(session);
  });

  test('commands that send something to the machine reach it', async () => {
    const { session } = await stopInKmain();
    for (const [name, request] of [
      ['colinux.raiseNmi', 'colinux/nmi'],
      ['colinux.sendCtrlAltDel', 'colinux/power'],
      ['colinux.shutDownGuest', 'colinux/power'],
    ] as const) {
      asked.clear();
      // The console of the guest is there when its terminal has been opened.
      await until(async () => {
        await vscode.commands.executeCommand(name);
        return asked.has(request);
      });
    }
    await end(session);
  });

  test('commands that show something open it', async () => {
    const { session } = await stopInKmain();
    await vscode.commands.executeCommand('colinux.openTransitions');
    await until(() => Promise.resolve(labels().some((label) => /transitions/i.test(label))));
    await vscode.commands.executeCommand('colinux.showLog');
    // Nothing was built meanwhile: it says so, and the machine stays.
    await vscode.commands.executeCommand('colinux.restartRebuilt');
    assert.equal(vscode.debug.activeDebugSession?.id, session.id);
    await end(session);
  });

  test('a kernel that is built again restarts the machine at once, with colinux.restart.onRebuild', async () => {
    await withSetting('restart.onRebuild', 'always', async () => {
      const { session } = await stopInKmain();
      const kernel = vscode.Uri.joinPath(folder.uri, 'build/hello-guest.elf');
      const again = nextStop();
      await vscode.workspace.fs.writeFile(kernel, await vscode.workspace.fs.readFile(kernel));
      assert.equal((await again).id, session.id);
      assert.ok(asked.has('restart'));
      await end(session);
    });
  });

  test('a kernel is built before each launch, with colinux.build.beforeLaunch', async () => {
    const built: (number | undefined)[] = [];
    const listening = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.definition.task === 'build') built.push(exitCode);
    });
    await end((await stopInKmain()).session);
    assert.deepEqual(built, []);
    await withSetting('build.beforeLaunch', 'always', async () => {
      await end((await stopInKmain()).session);
    });
    listening.dispose();
    assert.deepEqual(built, [0]);
  });

  test('a profile of the machine opens in the viewer of VS Code', async () => {
    const { session } = await stopInKmain();
    await vscode.commands.executeCommand('colinux.startProfile');
    await session.customRequest('next', { threadId: 2 });
    await vscode.commands.executeCommand('colinux.stopProfile');
    await until(() => Promise.resolve(labels().some((label) => label.endsWith('.cpuprofile'))));
    await end(session);
  });

  test('a task runs a kernel headless', async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'colinux' });
    assert.ok(tasks.length > 0, 'there are tasks');
  });

  test('a configuration has completions', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'colinux-config', content: 'ker' });
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      new vscode.Position(0, 3),
    );
    assert.ok(
      items.some(({ label }) => (typeof label === 'string' ? label : label.label).startsWith('kernel')),
    );
  });
});
