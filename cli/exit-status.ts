/**
 * The exit statuses of `colinux`. A guest that writes v to port F4h ends with `(v << 1) | 1`, as on QEMU: always odd.
 * All statuses of our own are even but one, so the two are never confused.
 */
import { RESET_STATUS } from '../debug-adapter/exit-codes.ts';

export const ExitStatus = {
  /** `--max-instructions` was reached, or there was nothing to run (`--help`). */
  Done: 0,
  /** `colinux test`: something has not passed, or an image cannot be booted. No guest's status is passed on there. */
  TestsFailed: 1,
  /** Wrong options, or an image that cannot be booted. */
  Usage: 2,
  /** A triple fault. */
  TripleFault: 4,
  /** The guest reset the machine. */
  Reset: RESET_STATUS,
  /** Halted, and nothing will ever wake the CPU. */
  Halted: 8,
  /** Whoever read the output is gone. */
  OutputClosed: 10,
  /** A fault of `colinux` itself. */
  Internal: 70,
  /** SIGINT, as shells count it: 128 + 2. */
  Interrupted: 130,
} as const;
