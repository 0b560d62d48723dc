/**
 * A gdb beside the client of the session, on the same machine (launch option `gdbPort`). There is one machine: whoever lets it go lets
 * it go for both, and both hear of every stop. What one changes the other one sees.
 */
import type { GdbListener } from './adapter-host.ts';
import type { Debuggee } from './debuggee.ts';
import { AdapterError } from './errors.ts';
import { say, type Sentence, tell, verbatim } from '../core/sentences/say.ts';
import type { Target } from './gdb/machine.ts';
import { createGdbServer } from './gdb/server.ts';
import type { RequestKind, RequestMap } from '../core/protocol/machine-protocol.ts';
import { reasonOf } from './read-file.ts';
import type { SessionContext } from './session-context.ts';
import { asGdbSees } from './shared-points.ts';

export class GdbDoor {
  private listener: GdbListener | undefined;

  constructor(private readonly context: SessionContext) {}

  /** Serves a machine that has just been booted; the gdb of the machine before is let go. */
  async open(port: number | undefined, debuggee: Debuggee): Promise<void> {
    this.close();
    if (port === undefined) return;
    const { host } = this.context;
    if (!host.listenForGdb) {
      this.tell(
        say`The launch option "gdbPort" needs sockets, which a browser does not have: no gdb can attach.`,
      );
      return;
    }
    const server = createGdbServer(this.targetOf(debuggee), debuggee.coroutines.snapshot);
    debuggee.companion = {
      resumed: server.resumed,
      refreshed: server.refreshed,
      stopped: (event) => {
        server.handle(asGdbSees(event));
      },
    };
    try {
      this.listener = await host.listenForGdb(port, server, (text) => {
        this.tell(verbatim(text));
      });
    } catch (error) {
      this.tell(
        say`No gdb can attach at port ${port}, for ${reasonOf(error)}: choose another "gdbPort", or 0 for any.`,
      );
      return;
    }
    this.tell(say`gdb can attach: target extended-remote 127.0.0.1:${this.listener.port}`);
  }

  close(): void {
    this.listener?.close();
    this.listener = undefined;
  }

  private tell(sentence: Sentence): void {
    this.context.output(tell(sentence, this.context.translate), 'important');
  }

  private targetOf(debuggee: Debuggee): Target {
    const { context } = this;
    const guests = context.plan?.guests ?? [];
    return {
      guests: guests.map(({ name, image }) => ({ name, entry: image?.entry ?? 0 })),
      reboot: () =>
        Promise.reject(new Error('The machine belongs to another debugger, too: restart it there.')),
      kill: () => {
        context.end();
      },
      request: (kind, params) => this.request(debuggee, kind, params),
    };
  }

  /** What gdb asks of the machine. What changes it passes by the session. */
  private async request<K extends RequestKind>(
    debuggee: Debuggee,
    kind: K,
    params: RequestMap[K]['params'],
  ): Promise<RequestMap[K]['result']> {
    const { context } = this;
    switch (kind) {
      case 'resume':
      case 'step': {
        const refusal = debuggee.standstill();
        if (refusal) throw refusal;
        context.send('continued', { threadId: 1, allThreadsContinued: true });
        await debuggee.goForGdb(kind === 'step' ? (params as RequestMap['step']['params']) : undefined);
        return {} as RequestMap[K]['result'];
      }
      case 'pause':
        await debuggee.pause();
        return {} as RequestMap[K]['result'];
    }
    const result = await debuggee.points.gdb(kind, params);
    if (kind === 'writeRegister') {
      await context.refresh();
      context.changed(true, []);
    } else if (kind === 'writeMemory') {
      debuggee.forget();
      context.changed(true, []);
    }
    return result;
  }
}

/** @throws AdapterError for what is no port */
export function gdbPortOf({ gdbPort }: Record<string, unknown>): number | undefined {
  if (gdbPort === undefined) return undefined;
  if (typeof gdbPort === 'number' && Number.isInteger(gdbPort) && gdbPort >= 0 && gdbPort <= 0xffff)
    return gdbPort;
  throw new AdapterError(
    'launch-option-type',
    say`The launch option "gdbPort" must be a TCP port from 1 to 65535, or 0 for any free one, but it is ${JSON.stringify(gdbPort)}: correct it in launch.json.`,
  );
}
