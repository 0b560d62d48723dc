/**
 * What a view in a webview and the extension tell each other. Both sides import this file, and it imports types only. A view
 * asks requests of the debug adapter; the extension passes on those that the view is allowed, for the session that is
 * selected in VS Code.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { CustomRequests } from '../../debug-adapter/custom-protocol.ts';

interface StandardRequests {
  disassemble: {
    arguments: DebugProtocol.DisassembleArguments;
    body: DebugProtocol.DisassembleResponse['body'];
  };
  evaluate: { arguments: DebugProtocol.EvaluateArguments; body: DebugProtocol.EvaluateResponse['body'] };
  readMemory: {
    arguments: DebugProtocol.ReadMemoryArguments;
    body: DebugProtocol.ReadMemoryResponse['body'];
  };
  writeMemory: {
    arguments: DebugProtocol.WriteMemoryArguments;
    body: DebugProtocol.WriteMemoryResponse['body'];
  };
  scopes: { arguments: DebugProtocol.ScopesArguments; body: DebugProtocol.ScopesResponse['body'] };
  setVariable: {
    arguments: DebugProtocol.SetVariableArguments;
    body: DebugProtocol.SetVariableResponse['body'];
  };
  stackTrace: {
    arguments: DebugProtocol.StackTraceArguments;
    body: DebugProtocol.StackTraceResponse['body'];
  };
  variables: { arguments: DebugProtocol.VariablesArguments; body: DebugProtocol.VariablesResponse['body'] };
  threads: { arguments: undefined; body: DebugProtocol.ThreadsResponse['body'] };
}

/** What a view may ask: arguments and body of the answer, by command. */
export type ViewRequests = StandardRequests & CustomRequests;
export type ViewCommand = keyof ViewRequests;

export interface ViewThread {
  readonly id: number;
  readonly name: string;
}

/** The machine that is selected in VS Code. */
export interface SelectedMachine {
  /** Another session is another machine: what was known is forgotten. */
  readonly session: string;
  readonly running: boolean;
  /** Counts what may have changed memory and registers: stops, and writes of the user. */
  readonly changes: number;
  /** The coroutines and tasks, as of the last stop. */
  readonly threads: readonly ViewThread[];
  readonly thread: ViewThread;
  /** Absent while the machine runs. */
  readonly frameId?: number;
}

/** Where the user is to be led. */
export interface Place {
  /** As in docs/protocol.md. */
  readonly memoryReference: string;
  /** In the source; in the view of memory; in that of the address space. */
  readonly in: 'source' | 'memory' | 'address-space';
}

export type ToView =
  /** `undefined`: no machine. */
  | { readonly kind: 'machine'; readonly machine: SelectedMachine | undefined }
  | { readonly kind: 'answer'; readonly id: number; readonly body: unknown }
  /** An answer to what could not be done, with a sentence for the user. */
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }
  /** The user comes from elsewhere. */
  | { readonly kind: 'reveal'; readonly memoryReference: string };

export type FromView =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ask'; readonly id: number; readonly command: string; readonly arguments: unknown }
  | { readonly kind: 'open'; readonly place: Place };

/** What is written into the page of a view: its texts, in the language of VS Code. */
export interface PageData {
  readonly texts: Readonly<Record<string, string>>;
}
