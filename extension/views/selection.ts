/**
 * The machine that is selected in VS Code: which session, thread and frame, and whether it runs. Every view follows it, the
 * call stack leads.
 */
import * as vscode from 'vscode';
import type { SelectedMachine, ViewThread } from './messages.ts';
import { DEBUG_TYPE } from '../contributes/names.ts';

/** What is known of a session. */
interface Known {
  running: boolean;
  changes: number;
  threads: readonly ViewThread[];
  /** Of the last stop. */
  stopped: number | undefined;
}

/** Requests that let the machine run once they are answered. */
const RESUMING: ReadonlySet<string> = new Set(['continue', 'next', 'stepIn', 'stepOut', 'restart']);
/** A step is over before anybody could read that the machine runs. */
const RUNNING_AFTER_MS = 150;

interface Message {
  readonly type?: string;
  readonly event?: string;
  readonly command?: string;
  readonly success?: boolean;
  readonly body?: { readonly threadId?: number };
}

/** Events of the adapter behind which memory or registers are others. */
const CHANGING: ReadonlySet<string> = new Set(['stopped', 'memory', 'invalidated']);
/** Events behind which threads may be others, too. */
const ASKING: ReadonlySet<string> = new Set([...CHANGING, 'thread', 'initialized']);

export class MachineSelection implements vscode.Disposable {
  private readonly known = new Map<string, Known>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** The session, thread, frame or its state is another one. */
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      this.changed,
      vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
        createDebugAdapterTracker: (session) => ({
          onDidSendMessage: (message: Message) => this.heard(session, message),
        }),
      }),
      vscode.debug.onDidChangeActiveStackItem(() => this.changed.fire()),
      vscode.debug.onDidChangeActiveDebugSession(() => this.changed.fire()),
      vscode.debug.onDidTerminateDebugSession(({ id }) => {
        if (this.known.delete(id)) this.changed.fire();
      }),
    ];
  }

  /** The session of coLinux that is selected, else the only one that there is. */
  get session(): vscode.DebugSession | undefined {
    const active = vscode.debug.activeStackItem?.session ?? vscode.debug.activeDebugSession;
    return active?.type === DEBUG_TYPE ? active : undefined;
  }

  /** What views are told. */
  get machine(): SelectedMachine | undefined {
    const { session } = this;
    const known = session && this.known.get(session.id);
    if (!session || !known || known.threads.length === 0) return undefined;
    const item = vscode.debug.activeStackItem;
    const id = item?.threadId ?? known.stopped;
    const { running, changes, threads } = known;
    const frameId = !running && item instanceof vscode.DebugStackFrame ? item.frameId : undefined;
    return {
      ...{ session: session.id, running, changes, threads },
      thread: threads.find((thread) => thread.id === id) ?? threads[0],
      ...(frameId !== undefined && { frameId }),
    };
  }

  private heard(session: vscode.DebugSession, { type, event, command, success, body }: Message): void {
    const known = this.known.get(session.id) ?? {
      running: true,
      changes: 0,
      threads: [],
      stopped: undefined,
    };
    this.known.set(session.id, known);
    if (event === 'continued' || (type === 'response' && success && RESUMING.has(command ?? ''))) {
      known.running = true;
      setTimeout(() => known.running && this.changed.fire(), RUNNING_AFTER_MS);
      return;
    }
    if (event === undefined || !ASKING.has(event)) return;
    if (event === 'stopped') {
      known.running = false;
      known.stopped = body?.threadId;
    }
    if (CHANGING.has(event)) known.changes++;
    void this.update(session, known);
  }

  /** Asks who the threads are, then tells. */
  private async update(session: vscode.DebugSession, known: Known): Promise<void> {
    const body: unknown = await session.customRequest('threads').then(
      (answer) => answer as unknown,
      () => undefined, // The session has just ended, or has not begun.
    );
    const threads = (body as { threads?: readonly ViewThread[] } | undefined)?.threads;
    if (Array.isArray(threads)) known.threads = threads;
    this.changed.fire();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
