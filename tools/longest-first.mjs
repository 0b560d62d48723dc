// The order of the unit tests: those that take longest begin first, so that no worker is left waiting for another one at the end. What is
// not in the list follows by size; the list need not be exact.
import { BaseSequencer } from 'vitest/node';

const LONGEST = [
  'test/guest/kills.test.ts',
  'test/guest/power-cut.test.ts',
  'test/guest/network.test.ts',
  'test/guest/disks.test.ts',
  'test/kernels/kernels.test.ts',
  'test/host/devices.test.ts',
  'test/determinism/same-run.test.ts',
  'test/dap/stepping.test.ts',
  'test/guest/processes.test.ts',
  'test/net/linux-tcp.test.ts',
  'test/oracle/lockstep/lockstep.test.ts',
  'test/host/guests.test.ts',
  'test/oracle/gdb-stub.test.ts',
  'test/dap/ends.test.ts',
  'test/dap/awareness.test.ts',
  'cli/colinux.test.ts',
  'cli/image.test.ts',
  'debug-adapter/symbols/lines.test.ts',
];

const rank = ({ moduleId }) => {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
  return place < 0 ? LONGEST.length : place;
};

export class LongestFirst extends BaseSequencer {
  async sort(files) {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
