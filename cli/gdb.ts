/** `colinux gdb`: boots an image and serves gdb's remote serial protocol on a TCP port of this computer. */
import type { MachineEvent, SerialPort } from '../core/protocol/machine-protocol.ts';
import { listenForGdb } from '../debug-adapter/gdb/listen-node.ts';
import { createGdbServer, type GdbServer } from '../debug-adapter/gdb/server.ts';
import { MachineError } from '../debug-adapter/machine-client.ts';
import { type ByteSink, openSink } from './byte-sink.ts';
import { ExitStatus } from './exit-status.ts';
import { bootGdbMachine } from './gdb-machine.ts';
import { parseGdbOptions } from './gdb-options.ts';
import { watchInterrupt } from './interrupt.ts';
import { portProblem } from './port.ts';
import { Problem } from './problem.ts';
import { report, write } from './process.ts';
import type { RunOptions } from './run-options.ts';
import { NO_INPUT, openStdin, type SerialInput } from './serial-input.ts';

/** How often a slow reader of the machine's output is tried again. */
const RETRY_MS = 10;

/** Where the machine's output goes. A reader that is slow does not hold the machine: the debugger does that. */
function openOutput({ serial, debugcon }: RunOptions): (event: MachineEvent) => void {
  const sinks = new Map<SerialPort | 'debugcon', ByteSink>([['com1', openSink('serial', serial ?? 'stdio')]]);
  if (debugcon !== undefined) sinks.set('debugcon', openSink('debugcon', debugcon));
  const drain = (sink: ByteSink) => {
    if (sink.flush() === 'waiting') setTimeout(drain, RETRY_MS, sink);
  };
  return (event) => {
    if (event.event === 'log') report(`machine: ${event.text}`);
    if (event.event !== 'serial') return;
    const sink = sinks.get(event.port);
    if (!sink) return;
    for (const byte of event.bytes) sink.write(byte);
    drain(sink);
  };
}

/** Gives the machine what comes, whenever it comes. */
function pump(input: SerialInput, give: (bytes: Uint8Array) => void): void {
  if (!input.open()) return;
  input.onNext(() => {
    input.take().forEach(give);
    pump(input, give);
  });
}

/** Serves until the client kills the machine or a signal ends the process. @throws Problem, EndError */
export async function gdb(args: readonly string[], folder: string): Promise<number> {
  const { run, port } = parseGdbOptions(args);
  const input =
    run.serial === undefined || run.serial === 'stdio' ? openStdin(run.serial === 'stdio') : NO_INPUT;
  const networked = run.ends.networks.some(({ kind }) => kind !== 'loopback');
  const pace = run.pace ?? (input.interactive || networked ? 'real' : 'fast');
  const stub: { server?: GdbServer; output?: (event: MachineEvent) => void } = {};
  let end: (status: number) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const ended = new Promise<number>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const interrupt = watchInterrupt();
  interrupt.onInterrupt(() => {
    end(ExitStatus.Interrupted);
  });
  const machine = await bootGdbMachine(run, pace, folder, {
    handle(event) {
      stub.output?.(event);
      stub.server?.handle(event);
    },
    killed: () => {
      end(ExitStatus.Done);
    },
    died: (error) => {
      fail(error);
    },
  }).catch((error: unknown) => {
    throw error instanceof MachineError ? new Problem(error.message) : error;
  });
  const server = createGdbServer(machine.target, machine.booted);
  stub.server = server;
  // Only now, when there is something to run, are files emptied.
  stub.output = openOutput(run);
  pump(input, (bytes) => {
    machine.target.request('input', { port: 'com1', bytes }).catch(() => undefined);
  });
  let status;
  try {
    const listener = await listenForGdb(port, server, report).catch((error: unknown) => {
      throw portProblem(port, error);
    });
    write(2, `listening on 127.0.0.1:${listener.port}\n`);
    status = await ended;
  } finally {
    await machine.close();
  }
  interrupt.passOn();
  return status;
}
