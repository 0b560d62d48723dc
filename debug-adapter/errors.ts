/**
 * The adapter's error catalogue: every error a user can meet has a number for DAP, a stable code and one sentence that
 * says what was expected, what was found and what to do next.
 */
import { EndError } from '../core/outside/open-ends.ts';
import { MachineError } from './machine-client.ts';
import { SaidError, say, type Sentence } from '../core/sentences/say.ts';
import { SymbolError } from './symbols/errors.ts';

/** DAP error ids by code; new codes are appended, ids never change. */
const IDS = {
  'launch-kernel-missing': 1001,
  'launch-option-type': 1002,
  'file-unreadable': 1003,
  'kernel-bad': 1004,
  'host-bad': 1005,
  'machine-refused': 1006,
  'worker-failed': 1007,
  'config-bad': 1008,
  'device-bad': 1009,
  'not-stopped': 1101,
  'no-such-frame': 1102,
  'no-such-thread': 1103,
  'bad-address': 1104,
  'evaluate-failed': 1105,
  'bad-request': 1106,
  'no-such-source': 1107,
  'bad-command': 1108,
  'no-exception': 1120,
  internal: 1999,
} as const;

export type ErrorCode = keyof typeof IDS;

export class AdapterError extends SaidError {
  constructor(
    readonly code: ErrorCode,
    sentence: Sentence,
  ) {
    super(sentence);
  }

  get id(): number {
    return IDS[this.code];
  }
}

/** Whatever was thrown, as an error of the catalogue. */
export function toAdapterError(error: unknown): AdapterError {
  if (error instanceof AdapterError) return error;
  if (error instanceof MachineError) return new AdapterError('machine-refused', error.sentence);
  if (error instanceof EndError) return new AdapterError('device-bad', error.sentence);
  if (error instanceof SymbolError) return new AdapterError('kernel-bad', error.sentence);
  const text = error instanceof Error ? error.message : String(error);
  return new AdapterError(
    'internal',
    say`The debug adapter failed: ${text}. Please report this with the steps that led here.`,
  );
}
