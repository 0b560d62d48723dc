/**
 * The other ends of the machine's devices during a session: what the machine asks becomes calls of what the host has opened,
 * and answers and input go back over the machine protocol.
 */
import type { Ends, LineEnd } from '../core/outside/ends.ts';
import type { OpenEnds, Report } from '../core/outside/open-ends.ts';
import { deviceSpecs, type InnerDevices } from '../core/outside/specs.ts';
import type { DeviceSpecs } from '../core/protocol/device-protocol.ts';
import type { MachineEvent, RequestKind, RequestMap } from '../core/protocol/machine-protocol.ts';
import type { AdapterHost } from './adapter-host.ts';
import { MachineTime } from './machine-time.ts';

/** Frames and pieces of serial input that a machine which stands still is given; further ones are lost, as on any wire. */
const MAX_WHILE_STOPPED = 256;

export type SendRequest = <K extends RequestKind>(
  kind: K,
  params: RequestMap[K]['params'],
) => Promise<unknown>;

/** What the user gets. */
export interface EndsUser {
  /** A sentence about something that went wrong. */
  report: Report;
  /** What a guest has written to its serial line that has `stdio`. */
  line(bytes: Uint8Array): void;
}

const isStdio = ({ device }: LineEnd) => device === 'stdio';

export class OtherEnds {
  private readonly time = new MachineTime();
  private running = false;
  private waiting = 0;
  private send: SendRequest = () => Promise.resolve();

  private constructor(
    private readonly ends: Ends,
    private readonly open: OpenEnds,
    private readonly user: EndsUser,
    /** The machine's ports by the lines that the host has opened. */
    private readonly ports: readonly number[],
  ) {}

  /** @throws EndError */
  static async open(host: Pick<AdapterHost, 'openEnds'>, ends: Ends, user: EndsUser): Promise<OtherEnds> {
    // A session has no standard input and output of its own, but terminals.
    const opened = ends.lines.map((line, port) => ({ line, port })).filter(({ line }) => !isStdio(line));
    const open = await host.openEnds({ ...ends, lines: opened.map(({ line }) => line) }, user.report);
    const ports = opened.map(({ port }) => port);
    return new OtherEnds(ends, open, user, ports);
  }

  /** The devices of the machine. */
  specs(inner: InnerDevices): DeviceSpecs {
    return deviceSpecs(this.ends, this.open.sectors, inner);
  }

  /** Plugs everything in. @throws EndError */
  connect(send: SendRequest): void {
    // A machine that is over takes nothing any more, and nobody minds.
    this.send = (kind, params) => send(kind, params).catch(() => undefined);
    this.open.connect(
      {
        frame: (network, bytes) => {
          this.arrive(() => this.send('networkFrame', { network, bytes }));
        },
        line: (line, bytes) => {
          this.arrive(() => this.send('consoleInput', { port: this.ports[line] ?? 0, bytes }));
        },
      },
      this.time.clock,
    );
  }

  /** What the user has typed for the line that has `stdio`. */
  type(bytes: Uint8Array): void {
    const port = this.ends.lines.findIndex(isStdio);
    if (port >= 0) void this.send('consoleInput', { port, bytes });
  }

  private arrive(give: () => void): void {
    if (!this.running && ++this.waiting > MAX_WHILE_STOPPED) return;
    give();
  }

  /** Takes an event of a device. @returns whether it was one */
  handle(event: MachineEvent): boolean {
    switch (event.event) {
      case 'blockRequest': {
        const { disk, id, operation } = event;
        void this.send('completeBlock', { disk, id, outcome: this.open.block(disk, operation) });
        return true;
      }
      case 'networkFrame':
        this.open.frame(event.network, event.bytes);
        return true;
      case 'consoleOutput': {
        const line = this.ports.indexOf(event.port);
        if (line >= 0) this.open.line(line, event.bytes);
        else this.user.line(event.bytes);
        return true;
      }
      case 'shareRequest': {
        const { share, id, message, room } = event;
        void this.open
          .share(share, message, room)
          .then((bytes) => this.send('completeShare', { share, id, bytes }));
        return true;
      }
      default:
        return false;
    }
  }

  /** What the machine says of its time. */
  passed(virtualNanoseconds: number, running: boolean): void {
    if (running && !this.running) this.waiting = 0;
    this.running = running;
    this.time.set(virtualNanoseconds, running);
  }

  async close(): Promise<void> {
    this.time.stop();
    await this.open.close();
  }
}
