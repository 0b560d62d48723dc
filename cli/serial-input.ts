/**
 * What goes into the machine's COM1 from stdin. Nothing here keeps the process alive: the run decides when it is over.
 */
import { fstatSync } from 'node:fs';

export interface SerialInput {
  /** More may come. */
  readonly open: () => boolean;
  /** Calls once when something has come or the end is reached. */
  onNext(wake: () => void): void;
  /** What has come since the last call. */
  take(): Uint8Array[];
  /** A person is typing. */
  readonly interactive: boolean;
}

export const NO_INPUT: SerialInput = {
  open: () => false,
  onNext: () => undefined,
  take: () => [],
  interactive: false,
};

/** A pipe or a terminal: something that was put there to be read. */
function isMeantAsInput(): boolean {
  if (process.stdin.isTTY) return true;
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

/** @param asked `--serial stdio` was given: read whatever stdin is. */
export function openStdin(asked: boolean): SerialInput {
  if (!asked && !isMeantAsInput()) return NO_INPUT;
  let chunks: Uint8Array[] = [];
  let open = true;
  let wake: (() => void) | undefined;
  const call = () => {
    const next = wake;
    wake = undefined;
    next?.();
  };
  const end = () => {
    open = false;
    call();
  };
  process.stdin.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    call();
  });
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  return {
    open: () => open,
    onNext(callback) {
      if (open && chunks.length === 0) wake = callback;
      else callback();
    },
    take() {
      const taken = chunks;
      chunks = [];
      return taken;
    },
    interactive: process.stdin.isTTY,
  };
}
