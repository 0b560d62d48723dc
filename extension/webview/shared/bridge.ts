/** The extension as a page sees it: the selected machine, and answers to its requests. */
import type {
  FromView,
  PageData,
  Place,
  SelectedMachine,
  ToView,
  ViewCommand,
  ViewRequests,
} from '../../views/messages.ts';

interface VsCode {
  postMessage(message: FromView): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCode;

const vscode = acquireVsCodeApi();
const { texts } = JSON.parse(document.getElementById('page-data')?.textContent ?? '{"texts":{}}') as PageData;

/** Translates and replaces `{0}`, `{1}`, … Call it with a literal, as `vscode.l10n.t`. */
export function t(english: string, ...args: (string | number)[]): string {
  return (texts[english] ?? english).replace(/\{(\d+)\}/g, (whole, index: string) =>
    String(args[Number(index)] ?? whole),
  );
}

interface Waiting {
  resolve(body: unknown): void;
  reject(error: Error): void;
}
const waiting = new Map<number, Waiting>();
let asked = 0;

/** Asks the debug adapter. @throws Error with a sentence for the user */
export function ask<C extends ViewCommand>(
  command: C,
  args: ViewRequests[C]['arguments'],
): Promise<ViewRequests[C]['body']> {
  const id = ++asked;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as (body: unknown) => void, reject });
    vscode.postMessage({ kind: 'ask', id, command, arguments: args });
  });
}

/** Leads the user elsewhere. */
export function open(place: Place): void {
  vscode.postMessage({ kind: 'open', place });
}

export interface Listeners {
  /** Another machine, thread, frame or stop; `undefined`: there is none. */
  machine(machine: SelectedMachine | undefined): void;
  /** The user comes from elsewhere with an address. */
  reveal?(memoryReference: string): void;
}

/** Begins to listen. Call it once. The first thing that is heard is the machine, or that there is none: until then nothing is to be said of it. */
export function listen({ machine, reveal }: Listeners): void {
  addEventListener('message', ({ data }: MessageEvent<ToView>) => {
    switch (data.kind) {
      case 'machine':
        machine(data.machine);
        return;
      case 'reveal':
        reveal?.(data.memoryReference);
        return;
      case 'answer':
        waiting.get(data.id)?.resolve(data.body);
        waiting.delete(data.id);
        return;
      case 'failure':
        waiting.get(data.id)?.reject(new Error(data.message));
        waiting.delete(data.id);
    }
  });
  vscode.postMessage({ kind: 'ready' });
}

/** What the page keeps when it is hidden: plain data, checked by who reads it. */
export const kept = {
  read: (): unknown => vscode.getState(),
  write(state: unknown): void {
    vscode.setState(state);
  },
};
