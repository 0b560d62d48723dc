/**
 * The machine of `colinux gdb`: in a worker, so that a client is answered while it runs, with the other ends of its devices. It
 * can be booted again.
 */
import { basename } from 'node:path';
import { BootError } from '../core/boot/boot-error.ts';
import { isElf, readElf32 } from '../core/boot/elf32.ts';
import { innerDevices } from '../core/outside/specs.ts';
import type {
  BootImage,
  BootRequest,
  MachineEvent,
  MachineSnapshot,
} from '../core/protocol/machine-protocol.ts';
import type { GuestFile, Target } from '../debug-adapter/gdb/machine.ts';
import { MachineClient } from '../debug-adapter/machine-client.ts';
import { OtherEnds } from '../debug-adapter/other-ends.ts';
import { keptRegionsOf } from './kept-regions.ts';
import { userCodeFolder } from '../debug-adapter/kept-code-node.ts';
import { createNodeMachineWorkerIn } from '../debug-adapter/worker-node.ts';
import { openEndsOnNode } from '../platform/node/ends.ts';
import { readBootFiles } from './images.ts';
import { Problem } from './problem.ts';
import { report } from './process.ts';
import type { RunOptions } from './run-options.ts';
import { tell } from '../core/sentences/say.ts';

export interface GdbMachine {
  readonly target: Target;
  /** Of the machine as it was booted first. */
  readonly booted: MachineSnapshot;
  close(): Promise<void>;
}

export interface GdbMachineUser {
  handle(event: MachineEvent): void;
  /** The client has killed the machine. */
  killed(): void;
  died(error: Error): void;
}

/** Whether a module is a guest the host kernel decides, and says; one without an entry begins nowhere. */
function guestFile({ bytes, name }: BootImage): GuestFile {
  let entry = 0;
  try {
    if (isElf(bytes)) ({ entry } = readElf32(bytes));
  } catch (error) {
    if (!(error instanceof BootError)) throw error;
  }
  return { name: basename(name), entry };
}

/** @param folder where the bundles lie. @throws Problem, EndError, MachineError */
export async function bootGdbMachine(
  options: RunOptions,
  pace: 'real' | 'fast',
  folder: string,
  user: GdbMachineUser,
): Promise<GdbMachine> {
  let client: MachineClient | undefined;
  let ends: OtherEnds | undefined;

  const request: MachineClient['request'] = (kind, params) =>
    client ? client.request(kind, params) : Promise.reject(new Error('The machine is being booted.'));
  const kept = keptRegionsOf([options.image]);
  const close = async () => {
    await client?.keepRegions(kept);
    client?.dispose();
    client = undefined;
    await ends?.close();
    ends = undefined;
  };

  /** Files are read anew each time: a kernel may have been built meanwhile. */
  async function boot(): Promise<{ snapshot: MachineSnapshot; guests: GuestFile[] }> {
    const files = readBootFiles(options, folder);
    if ('bios' in files) throw new Problem('colinux gdb expects a kernel image, but found a ROM.');
    const { cooperative, kernel, modules, initrd } = files;
    await close();
    const other = await OtherEnds.open({ openEnds: openEndsOnNode(folder) }, options.ends, {
      report: (sentence) => {
        report(tell(sentence));
      },
      line: () => undefined,
    });
    ends = other;
    client = new MachineClient(
      await createNodeMachineWorkerIn(folder, userCodeFolder()),
      (event) => {
        if (event.event === 'stopped') other.passed(event.snapshot.virtualNanoseconds, false);
        if (event.event === 'status') other.passed(event.virtualNanoseconds, true);
        if (!other.handle(event)) user.handle(event);
      },
      user.died,
    );
    const bootRequest: BootRequest = {
      memoryBytes: options.memoryMiB << 20,
      ...{ kernel, modules, initrd, pace },
      devices: other.specs(innerDevices(options.rng, cooperative)),
      rtcSeconds: options.rtc ?? Math.floor(Date.now() / 1000),
      ...(options.cpu === undefined ? {} : { cpu: options.cpu }),
    };
    const recalling = kept.recall();
    const snapshot = await client.request('boot', bootRequest);
    await client.request('recallRegions', { kept: await recalling });
    other.connect(request);
    return { snapshot, guests: cooperative ? modules.map(guestFile) : [] };
  }

  const first = await boot();
  return {
    booted: first.snapshot,
    target: {
      request,
      guests: first.guests,
      reboot: async () => (await boot()).snapshot,
      kill: user.killed,
    },
    close,
  };
}
