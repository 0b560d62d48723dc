// The order of the unit tests: those that take longest begin first, so that no worker is left waiting for another one at the end. What is
// not in the list follows by size; the list need not be exact.
import { BaseSequencer } from 'vitest/node';

const LONGEST = [
  'core/jit/tiers.test.ts',
  'core/jit/tiers-more.test.ts',
  'test/kernels/kernels.test.ts',
  'test/guest/kills.test.ts',
  'test/guest/disks.test.ts',
  'test/host/devices.test.ts',
  'test/guest/network.test.ts',
  'test/views/appearance.test.ts',
  'test/host/hostile.test.ts',
  'test/oracle/lockstep/lockstep.test.ts',
  'test/guest/processes.test.ts',
  'debug-adapter/symbols/lines.test.ts',
  'test/dap/stepping.test.ts',
  'test/bench/bench.test.ts',
  'test/host/guests.test.ts',
  'test/determinism/same-run.test.ts',
  'test/guest/cable.test.ts',
  'test/views/lists-over-time.test.ts',
  'test/views/processor.test.ts',
  'test/dap/ends.test.ts',
  'test/dap/conditions.test.ts',
  'test/cpu/vectors.test.ts',
  'test/net/linux-tcp.test.ts',
  'cli/colinux.test.ts',
  'debug-adapter/symbols/live.test.ts',
  'test/dap/awareness.test.ts',
  'test/dap/robustness.test.ts',
  'test/dap/restart.test.ts',
  'test/guest/power-cut.test.ts',
  'test/net/ipxe.test.ts',
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
