/** A breakpoint as DAP has it, while its message is not yet in the language of the client. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { type Sentence, tell, type Translate } from '../core/sentences/say.ts';

export type BreakpointState = Omit<DebugProtocol.Breakpoint, 'message'> & { readonly message?: Sentence };

export const toldBreakpoint = (state: BreakpointState, translate: Translate): DebugProtocol.Breakpoint => {
  const { message, ...rest } = state;
  return message ? { ...state, message: tell(message, translate) } : rest;
};
