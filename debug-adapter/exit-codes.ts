/**
 * How the end of a machine is told in one number: the exit code of `exited`, and the status of `colinux`. As other debuggers do, 0 is said of
 * nothing but what has ended by itself and well.
 */

/** The guest has reset the machine. Even, so that no guest's own status (`2 v + 1`) is taken for it. */
export const RESET_STATUS = 6;

/** The isa-debug-exit status of a guest that has written 0: all is well. */
const WELL = 1;

/** @param exitStatus what was written to port F4h, as QEMU's isa-debug-exit makes a status of it; `undefined` of a reset */
export const exitCodeOf = (exitStatus: number | undefined): number =>
  exitStatus === undefined ? RESET_STATUS : exitStatus === WELL ? 0 : exitStatus;
