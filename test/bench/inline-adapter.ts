/** The adapter for a client in the same process, as the extension has it: what `tools/bench/latency/ours.mjs` measures. */
import { createNodeHost } from '../../debug-adapter/node-host.ts';
import { ColinuxDebugSession } from '../../debug-adapter/session.ts';
import { openEndsOnNode } from '../../platform/node/ends.ts';

/** @param dist the folder of bundles */
export const createSession = (dist: string): ColinuxDebugSession =>
  new ColinuxDebugSession(createNodeHost(dist, openEndsOnNode(dist)));
