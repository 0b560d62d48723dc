/**
 * The devices that the command gives a machine, and what they are connected to: asks the other ends what the machine asks,
 * and keeps what comes from them until the machine is between two runs.
 */
import type { Machine } from '../core/machine/machine.ts';
import type { DeviceOutputs } from '../core/machine/outside.ts';
import type { Ends } from '../core/outside/ends.ts';
import { deviceSpecs, type InnerDevices } from '../core/outside/specs.ts';
import type { DeviceSpecs } from '../core/protocol/device-protocol.ts';
import { Clock } from '../core/time/clock.ts';
import { openEndsOnNode } from '../platform/node/ends.ts';
import { tell } from '../core/sentences/say.ts';

/** What the loop that runs the machine has to know about the other ends. */
export interface OtherEnds {
  /** There is something to give to the machine. */
  ready(): boolean;
  /** Gives it. To be called between two runs. */
  give(): void;
  /** An answer is under way that the guest gets before its next instruction: wait for it. */
  busy(): boolean;
  /** Something may come at any time. */
  open(): boolean;
  /** The tick at which an other end has something to do; Infinity when none has. */
  deadline(): number;
  /** Calls back once when there is something to give. */
  onNext(wake: () => void): void;
}

export interface RunDevices {
  readonly specs: DeviceSpecs;
  readonly outputs: DeviceOutputs;
  /** Plugs the devices of the machine in; before its first run. @throws EndError */
  plugIn(machine: Machine): OtherEnds;
  close(): Promise<void>;
}

/** More frames or pieces of serial input than this that wait for the machine are lost, as on any wire. */
const MAX_WAITING = 4096;

/**
 * Disks and shared folders answer at the instruction after the question, however long that takes: a run is then a function
 * of their contents. Networks and serial lines do not wait for anybody.
 * @param more devices that are connected to nothing
 * @param folder of this program
 * @throws EndError
 */
export async function openDevices(
  ends: Ends,
  more: InnerDevices,
  folder: string,
  report: (text: string) => void,
): Promise<RunDevices> {
  const opened = await openEndsOnNode(folder)(ends, (sentence) => {
    report(tell(sentence));
  });
  let machine: Machine | undefined;
  let waiting: ((machine: Machine) => void)[] = [];
  let asked = 0;
  let next: (() => void) | undefined;

  /** Has the machine's run come back, or the loop that waits. */
  const give = (what: (machine: Machine) => void) => {
    waiting.push(what);
    machine?.interruptRun();
    const wake = next;
    next = undefined;
    wake?.();
  };
  const giveUnlessFull = (what: (machine: Machine) => void) => {
    if (waiting.length < MAX_WAITING) give(what);
  };

  return {
    specs: deviceSpecs(ends, opened.sectors, more),
    outputs: {
      block(disk, id, operation) {
        const outcome = opened.block(disk, operation);
        give(({ outside }) => {
          outside.completeBlock(disk, id, outcome);
        });
      },
      frame: opened.frame,
      console: opened.line,
      share(share, id, message, room) {
        asked++;
        machine?.interruptRun();
        void opened.share(share, message, room).then((bytes) => {
          asked--;
          give(({ outside }) => {
            outside.completeShare(share, id, bytes);
          });
        });
      },
    },
    plugIn(plugged) {
      machine = plugged;
      // Not the machine's own clock: that one's timers are part of a saved machine, and what is outside is not.
      const clock = new Clock(plugged.cpu.now);
      opened.connect(
        {
          frame(network, bytes) {
            giveUnlessFull(({ outside }) => {
              outside.frame(network, bytes);
            });
          },
          line(line, bytes) {
            giveUnlessFull(({ outside }) => {
              outside.consoleInput(line, bytes);
            });
          },
        },
        clock,
      );
      const connected = ends.lines.length > 0 || ends.networks.some(({ kind }) => kind !== 'loopback');
      return {
        ready: () => waiting.length > 0,
        give() {
          clock.runDue();
          const given = waiting;
          waiting = [];
          for (const what of given) what(plugged);
          // Nobody replays this run.
          plugged.inputs.forgetDelivered();
        },
        busy: () => asked > 0,
        open: () => connected,
        deadline: () => clock.nextDeadline(),
        onNext(wake) {
          if (waiting.length > 0) wake();
          else next = wake;
        },
      };
    },
    close: opened.close,
  };
}
