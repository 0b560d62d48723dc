/**
 * The machine that is selected in VS Code: which session, thread and frame, and whether it runs. Every view follows it, the
 * call stack leads.
 */
import * as vscode from 'vscode';
import type { SelectedMachine, ViewThread } from './messages.ts';
import { DEBUG_TYPE } from '../contributes/names.ts';

const t = vscode.l10n.t;

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
/** Where the machine stops is shown first: views are told with the frame that VS Code selects then, or after so long. */
const STOPPED_AFTER_MS = 300;

interface Message {
  readonly type?: string;
  readonly event?: string;
  readonly command?: string;
  readonly success?: boolean;
  readonly body?: { readonly threadId?: number; readonly threads?: readonly ViewThread[] };
}

/** Events of the adapter behind which memory or registers are others. */
const CHANGING: ReadonlySet<string> = new Set(['stopped', 'memory', 'invalidated']);

export class MachineSelection implements vscode.Disposable {
  private readonly known = new Map<string, Known>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** The session, thread, frame or its state is another one. */
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: vscode.Disposable[];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.subscriptions = [
      this.changed,
      new vscode.Disposable(() => clearTimeout(this.timer)),
      vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
        createDebugAdapterTracker: (session) => ({
          onDidSendMessage: (message: Message) => this.heard(session, message),
        }),
      }),
      vscode.debug.onDidChangeActiveStackItem(() => this.tell()),
      vscode.debug.onDidChangeActiveDebugSession(() => this.tell()),
      vscode.debug.onDidTerminateDebugSession(({ id }) => {
        if (this.known.delete(id)) this.tell();
      }),
    ];
  }

  /** The session of coLinux that is selected, else the only one that there is. */
  get session(): vscode.DebugSession | undefined {
    // The stack item of a session that has ended stays until the next one stops.
    const item = vscode.debug.activeStackItem;
    const active = item && this.known.has(item.session.id) ? item.session : vscode.debug.activeDebugSession;
    return active?.type === DEBUG_TYPE ? active : undefined;
  }

  /** The same for what needs one. @throws Error that says so to the user when there is none */
  get debugged(): vscode.DebugSession {
    const { session } = this;
    if (!session)
      throw new Error(t('No machine is being debugged: press F5 in the folder of a kernel first.'));
    return session;
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
    const answered = type === 'response' && success ? command : undefined;
    if (event === 'continued' || RESUMING.has(answered ?? '')) {
      known.running = true;
      setTimeout(() => known.running && this.tell(), RUNNING_AFTER_MS);
    } else if (answered === 'threads' && body?.threads) this.learn(known, body.threads);
    else if (CHANGING.has(event ?? '')) {
      known.changes++;
      if (event !== 'stopped') return this.tell();
      known.running = false;
      known.stopped = body?.threadId;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.tell(), STOPPED_AFTER_MS);
    }
  }

  /** VS Code itself asks who the threads are, whenever they may be others. */
  private learn(known: Known, threads: readonly ViewThread[]): void {
    const namesOf = (all: readonly ViewThread[]) => JSON.stringify(all.map(({ id, name }) => [id, name]));
    const isNews = namesOf(threads) !== namesOf(known.threads);
    known.threads = threads;
    if (isNews && this.timer === undefined) this.tell();
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.changed.fire();
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
