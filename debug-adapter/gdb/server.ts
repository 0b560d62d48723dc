/**
 * The gdb stub of a machine: one client at a time, bytes in and bytes out. Knows no transport.
 *
 * Packets are answered one after the other, in their order. Whatever arrives is answered or left out, and the stub lives on. When a
 * client goes without a word the machine stops and keeps its state; one that detaches lets it run.
 */
import type { MachineEvent, MachineSnapshot } from '../../core/protocol/machine-protocol.ts';
import { type Client, createClient } from './client.ts';
import { answer, stopOf } from './commands.ts';
import { StubMachine, type Target } from './machine.ts';
import { bytesOf, createPacketReader, errorReply, framed, type Received, textToHex } from './packets.ts';
import type { StoppedEvent } from '../stepping.ts';
import { stopWords } from './stop-replies.ts';

/** Packets that wait for their turn; gdb itself never sends a second before it has an answer. */
const MAX_WAITING = 256;

/** How often an answer is sent again before the line is given up: gdb itself tries three times. */
const MAX_RESENT = 10;

/** The other end of a client's connection. */
export interface Wire {
  send(bytes: Uint8Array): void;
  /** Ends the connection. */
  close(): void;
}

/** What the transport tells of its peer. */
export interface Connection {
  receive(bytes: Uint8Array): void;
  /** The peer is gone. */
  closed(): void;
}

export interface GdbServer {
  /** A client has come; undefined while there is another. */
  connect(wire: Wire): Connection | undefined;
  /** What the machine says; stops are of interest here. */
  handle(event: MachineEvent): void;
  /** Somebody else has set the machine going. */
  resumed(): void;
  /** Somebody else has changed the registers of the stopped machine. */
  refreshed(stop: StoppedEvent): void;
}

export function createGdbServer(target: Target, booted: MachineSnapshot): GdbServer {
  const machine = new StubMachine(target, booted);
  /** Ends when the last client's traces are gone. */
  let free = Promise.resolve();
  let connected = false;

  return {
    connect(wire) {
      if (connected) return undefined;
      connected = true;
      return connection(machine, wire, free, (cleaned) => {
        connected = false;
        free = cleaned;
      });
    },
    handle(event) {
      if (event.event === 'stopped') machine.stopped(event);
    },
    resumed: machine.resumed,
    refreshed: machine.refreshed,
  };
}

/** @param onEnd is given what ends when the machine has forgotten this client */
function connection(
  machine: StubMachine,
  wire: Wire,
  free: Promise<void>,
  onEnd: (cleaned: Promise<void>) => void,
): Connection {
  const client: Client = createClient(machine);
  let last = '';
  let resent = 0;
  let waiting = 0;
  /** An interrupt has come while a packet waits. */
  let interrupted = false;
  let over = false;
  // Whoever attaches expects a machine that stands still.
  let turn: Promise<void> = free.then(() => machine.halt()).catch(() => undefined);

  const send = (text: string) => {
    if (!over) wire.send(bytesOf(text));
  };
  const sendPacket = (payload: string) => {
    last = framed(payload);
    resent = 0;
    send(last);
  };
  client.console = (text) => {
    sendPacket(`O${textToHex(text)}`);
  };
  machine.onStop = (stop) => {
    if (!client.resumed) return;
    client.resumed = false;
    const words = stopWords(stop);
    if (words !== '') client.console(words);
    sendPacket(stopOf(client));
  };

  function end(): void {
    if (over) return;
    over = true;
    machine.onStop = undefined;
    // A client that has detached has cleaned up and let the machine go.
    const cleaned = client.ended ? turn : turn.then(() => machine.halt()).then(() => client.points.clear());
    onEnd(cleaned.catch(() => undefined));
  }

  function giveUp(): void {
    wire.close();
    end();
  }

  async function handlePacket(payload: string): Promise<void> {
    if (over || client.ended) return;
    const reply = await answer(client, payload);
    if (reply !== undefined) sendPacket(reply);
    if (client.ended) wire.close();
  }

  function receivePacket(payload: string): void {
    if (++waiting > MAX_WAITING) {
      giveUp();
      return;
    }
    turn = turn
      .then(() => handlePacket(payload))
      .catch((error: unknown) => {
        sendPacket(errorReply(error instanceof Error ? error.message : String(error)));
      })
      .finally(() => {
        waiting--;
        if (!interrupted) return;
        interrupted = false;
        machine.interrupt();
      });
  }

  function received(one: Received): void {
    switch (one.kind) {
      case 'packet':
        if (client.acknowledging) send('+');
        receivePacket(one.payload);
        return;
      case 'interrupt':
        // Behind a packet that sets the machine going it must not come too early.
        if (waiting > 0) interrupted = true;
        else machine.interrupt();
        return;
      case 'resend':
        if (!client.acknowledging) return;
        if (++resent > MAX_RESENT) giveUp();
        else send(last);
        return;
      case 'damaged':
        if (client.acknowledging) send('-');
        return;
      case 'oversized':
        if (client.acknowledging) send('+');
        sendPacket(errorReply('The packet is longer than PacketSize.'));
    }
  }
  const read = createPacketReader(received);
  return {
    receive(bytes) {
      if (!over) read(bytes);
    },
    closed: end,
  };
}
