/**
 * Console terminals of debug sessions: one VS Code terminal for each console of the machine, made at its first output
 * and used again by the next session. A terminal that is closed takes nothing with it; "coLinux: Show Console" opens
 * it again. The terminal that shows itself never takes the focus from the editor. When the window is loaded again, terminals come back
 * with what was on them, and sessions that were attached to a machine elsewhere attach again.
 */

import * as vscode from 'vscode';
import { asConsoleEvent, attachedText, EVENTS, REQUESTS, type ConsoleTerminal } from '../protocol.ts';
import { ConsoleLink } from './console-link.ts';
import { distinctTitle } from './distinct-title.ts';
import type { Kept, KeptConsole, KeptSession } from './kept.ts';
import { KeptConsoles } from './kept-consoles.ts';
import { type ConsoleOf, registerTerminalLinks } from './terminal-links.ts';
import { DEBUG_TYPE } from '../contributes/names.ts';

const t = vscode.l10n.t;
const HAS_CONSOLE = 'colinux.hasConsole';
/**
 * A window takes its time to show a terminal, and where the machine stops is wanted first: a terminal comes to the front so long after that is
 * shown, and so long after the first output of a machine that does not stop, in milliseconds.
 */
const AFTER_STOP_MS = 150;
const AFTER_OUTPUT_MS = 1000;

interface Console {
  about: ConsoleTerminal;
  link: ConsoleLink;
  /** The session that feeds it, or fed it last; that of a console from before the window was loaded is gone. */
  session: vscode.DebugSession | undefined;
  terminal: vscode.Terminal | undefined;
}

/** Keeps the terminals; `log` gets what is worth a line. */
export class ConsoleTerminals implements vscode.Disposable {
  private readonly consoles = new Map<string, Console>();
  /** Sessions that are attached to machines elsewhere. */
  private readonly attached = new Map<string, KeptSession>();
  /** Those whose terminals are to be opened. */
  private readonly waiting = new Set<Console>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly kept: KeptConsoles;
  private readonly subscriptions: vscode.Disposable[];

  /** @param reaches says whether a machine that runs elsewhere is still there */
  constructor(
    private readonly log: vscode.LogOutputChannel,
    storage: vscode.Uri | undefined,
    private readonly reaches: (session: KeptSession) => Promise<boolean>,
  ) {
    this.kept = new KeptConsoles(storage, log);
    this.subscriptions = [
      this.kept,
      registerTerminalLinks((terminal) => this.consoleOf(terminal)),
      vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
        if (session.type === DEBUG_TYPE && event === EVENTS.console) this.receive(session, body);
      }),
      vscode.debug.onDidStartDebugSession((session) => this.began(session)),
      vscode.debug.onDidTerminateDebugSession((session) => this.ended(session)),
      vscode.debug.onDidChangeActiveStackItem((item) => {
        if (item instanceof vscode.DebugStackFrame) this.revealIn(AFTER_STOP_MS);
      }),
      vscode.window.onDidChangeActiveTerminal(() => this.keep()),
      vscode.window.onDidCloseTerminal((terminal) => {
        // A window that goes closes its terminals, too: those are to come back.
        if (terminal.exitStatus?.reason === vscode.TerminalExitReason.Shutdown) return;
        for (const console of this.consoles.values()) {
          if (console.terminal === terminal) console.terminal = undefined;
        }
        this.keep();
      }),
    ];
    void this.restore();
  }

  private began({ id, type, configuration, workspaceFolder }: vscode.DebugSession): void {
    if (type !== DEBUG_TYPE || configuration.request !== 'attach') return;
    this.attached.set(id, { folder: workspaceFolder?.uri.toString(), configuration });
    this.keep();
  }

  private ended({ id, type, configuration }: vscode.DebugSession): void {
    if (type !== DEBUG_TYPE) return;
    this.kept.beforeEnd(this.all());
    this.attached.delete(id);
    const notice =
      configuration.request === 'attach'
        ? t('The debugger is not attached any more.')
        : t('The machine was switched off.');
    this.revealIn(0);
    for (const { session, link } of this.consoles.values()) if (session?.id === id) link.disconnect(notice);
    this.keep();
  }

  private keep(): void {
    this.kept.changed(() => this.all());
  }

  private all(): Kept {
    const consoles = [...this.consoles.values()].flatMap(({ about, link, terminal }): KeptConsole[] => {
      if (!terminal) return [];
      const front = vscode.window.activeTerminal === terminal;
      return [{ terminal: about, data: link.text, connected: link.connected, front }];
    });
    return { consoles, sessions: [...this.attached.values()] };
  }

  /** What there was before the window was loaded. */
  private async restore(): Promise<void> {
    const { consoles, sessions } = await this.kept.load();
    const ended = t(
      'The window was loaded again, and the machine ended with it. This is its last screen: F5 starts another one.',
    );
    const elsewhere = t('The window was loaded again. Attaching to the machine…');
    for (const { terminal: about, data, connected, front } of consoles) {
      if ([...this.consoles.values()].some((console) => console.about.id === about.id)) continue;
      const link = new ConsoleLink(data);
      if (connected) link.disconnect(sessions.length > 0 ? elsewhere : ended);
      const console: Console = { about, link, session: undefined, terminal: undefined };
      this.add(`before ${about.id}`, console);
      const terminal = this.terminalOf(console);
      if (front) terminal.show(true);
    }
    for (const session of sessions) await this.attachAgain(session);
  }

  private async attachAgain(session: KeptSession): Promise<void> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const folder = folders.find(({ uri }) => uri.toString() === session.folder);
    const there = await this.reaches(session);
    if (there && (await vscode.debug.startDebugging(folder, session.configuration))) return;
    for (const { link } of this.consoles.values())
      if (!link.connected)
        link.disconnect(
          t('The machine does not answer any more. This is its last screen: F5 tries to attach again.'),
        );
  }

  private consoleOf(terminal: vscode.Terminal): ReturnType<ConsoleOf> {
    for (const { terminal: own, session, about } of this.consoles.values()) {
      if (own !== terminal || !session) continue;
      // cocon0 is the console of guest 0; serial lines are the host's, or of the kernel that runs alone.
      const guest = /^cocon(\d+)$/.exec(about.id)?.[1];
      return { session, prefix: guest === undefined ? 'host:' : `guest${guest}:` };
    }
    return undefined;
  }

  /** Shows a console; asks which when there are several. */
  async show(): Promise<void> {
    const all = [...this.consoles.values()].filter(({ link }) => link.connected);
    const picked = await this.choose(all.length > 0 ? all : [...this.consoles.values()]);
    if (picked) this.terminalOf(picked).show(false);
  }

  /** Sends a power message to a guest; asks to which when there are several. */
  /** @returns whether it was sent: there may be no guest, or none was chosen */
  async power(action: 'ctrl-alt-del' | 'shutdown'): Promise<boolean> {
    const guests = [...this.consoles.values()].filter(
      ({ about, link }) => about.kind === 'cocon' && link.connected,
    );
    const picked = await this.choose(guests);
    if (!picked?.session) return false;
    await picked.session.customRequest(REQUESTS.power, { terminal: picked.about.id, action });
    return true;
  }

  private async choose(choice: readonly Console[]): Promise<Console | undefined> {
    if (choice.length === 0) {
      void vscode.window.showInformationMessage(
        t('There is no console yet: start debugging a kernel (F5). Its console opens with its first output.'),
      );
      return undefined;
    }
    if (choice.length === 1) return choice[0];
    const items = choice.map((console) => ({
      label: console.about.title,
      description: console.about.id,
      console,
    }));
    return (await vscode.window.showQuickPick(items, { placeHolder: t('Which console?') }))?.console;
  }

  private receive(session: vscode.DebugSession, body: unknown): void {
    const event = asConsoleEvent(body);
    if (!event) {
      this.log.warn(`ignored a malformed ${EVENTS.console} event`);
      return;
    }
    const { about, data } = { about: event.terminal, data: event.data };
    const console = this.consoleFor(session, about);
    const isNew = console.session !== session || !console.link.connected;
    if (isNew) {
      console.session = session;
      console.about = about;
      void console.link.connect({
        attach: async () =>
          attachedText(await session.customRequest(REQUESTS.consoleAttach, { terminal: about.id })),
        input: async (text) => {
          await session.customRequest(REQUESTS.consoleInput, { terminal: about.id, data: text });
        },
        resize: async (columns, rows) => {
          await session.customRequest(REQUESTS.consoleResize, { terminal: about.id, columns, rows });
        },
      });
    }
    console.link.receive(data);
    this.keep();
    if (!isNew) return;
    this.waiting.add(console);
    if (this.waiting.size === 1) this.revealIn(AFTER_OUTPUT_MS);
  }

  /** The console with this id: that of the session, a free one of an ended session, or a new one. */
  private consoleFor(session: vscode.DebugSession, about: ConsoleTerminal): Console {
    const own = `${session.id} ${about.id}`;
    for (const [key, console] of this.consoles) {
      if (key === own) return console;
      if (console.about.id === about.id && !console.link.connected) {
        this.consoles.delete(key);
        this.consoles.set(own, console);
        return console;
      }
    }
    const console: Console = { about, link: new ConsoleLink(), session, terminal: undefined };
    this.add(own, console);
    return console;
  }

  private add(key: string, console: Console): void {
    this.consoles.set(key, console);
    void vscode.commands.executeCommand('setContext', HAS_CONSOLE, true);
  }

  private revealIn(milliseconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (const console of this.waiting) this.reveal(console);
      this.waiting.clear();
    }, milliseconds);
  }

  /** First output of a session: a guest's console comes to the front, a serial port only when there is none. */
  private reveal(console: Console): void {
    const terminal = this.terminalOf(console);
    const hasCocon = [...this.consoles.values()].some(
      ({ about, link }) => about.kind === 'cocon' && link.connected,
    );
    if (console.about.kind === 'cocon' || !hasCocon) terminal.show(true);
  }

  private terminalOf(console: Console): vscode.Terminal {
    const others = [...this.consoles.values()].filter(({ link }) => link.connected);
    console.terminal ??= vscode.window.createTerminal({
      name: distinctTitle(
        console.about.title,
        others.flatMap(({ terminal }) => terminal?.name ?? []),
      ),
      iconPath: new vscode.ThemeIcon(console.about.kind === 'cocon' ? 'vm' : 'plug'),
      isTransient: true,
      pty: this.pseudoterminal(console),
    });
    return console.terminal;
  }

  private pseudoterminal(console: Console): vscode.Pseudoterminal {
    const written = new vscode.EventEmitter<string>();
    return {
      onDidWrite: written.event,
      open: (size) => {
        this.resize(console, size);
        void console.link.open((data) => written.fire(data));
      },
      close: () => {
        console.link.close();
        written.dispose();
      },
      handleInput: (data) => void console.link.input(data),
      setDimensions: (size) => this.resize(console, size),
    };
  }

  private resize({ link }: Console, size: vscode.TerminalDimensions | undefined): void {
    if (size) void link.resize(size.columns, size.rows);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const { terminal } of this.consoles.values()) terminal?.dispose();
    this.consoles.clear();
    void vscode.commands.executeCommand('setContext', HAS_CONSOLE, false);
  }
}
