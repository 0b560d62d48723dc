/*
 * Owns what a segment does when it arrives: RFC 9293, 3.10.7.3 (SYN-SENT) and 3.10.7.4 (every other state), step
 * by step in the RFC's order, with the changes of RFC 5961 (blind attacks) and RFC 7323 (old duplicates).
 */

import type { TcpConnection } from './connection.ts';
import { Flag, segmentLength, type Segment } from './segment.ts';
import { seqAdd, seqDiff, seqLe, seqLt } from './sequence.ts';
import { mayReceive } from './state.ts';

/** Runs the connection's rules on one segment. */
export function segmentArrives(connection: TcpConnection, segment: Segment): void {
  if (connection.state === 'SYN-SENT') {
    arrivesInSynSent(connection, segment);
    return;
  }
  if (
    !sequenceIsRight(connection, segment) ||
    !survivesReset(connection, segment) ||
    !survivesSyn(connection, segment) ||
    !acknowledgementIsRight(connection, segment)
  ) {
    return;
  }
  connection.noteTimestamp(segment);
  acknowledged(connection, segment);
  takeText(connection, withoutSyn(segment));
}

/** The rest of a segment behind its SYN. */
function withoutSyn(segment: Segment): Segment {
  return (segment.flags & Flag.SYN) === 0
    ? segment
    : { ...segment, seq: seqAdd(segment.seq, 1), flags: segment.flags & ~Flag.SYN };
}

/** 3.10.7.3. */
function arrivesInSynSent(connection: TcpConnection, segment: Segment): void {
  const { sender } = connection;
  const has = (flag: number): boolean => (segment.flags & flag) !== 0;
  const ours = seqAdd(sender.una, 1);
  if (has(Flag.ACK) && segment.ack !== ours) {
    if (!has(Flag.RST)) {
      connection.refuse(segment.ack);
    }
    return;
  }
  if (has(Flag.RST)) {
    if (has(Flag.ACK)) {
      connection.end('refused');
    }
    return;
  }
  if (!has(Flag.SYN)) {
    return;
  }
  connection.synchronize(segment);
  if (has(Flag.ACK)) {
    sender.acknowledge(acknowledgementOf(connection, segment));
    connection.establish();
    connection.acknowledge();
    takeText(connection, withoutSyn(segment));
  } else {
    // Both sides called at the same time.
    connection.state = 'SYN-RECEIVED';
    sender.sendSyn(Flag.ACK);
  }
}

/** First: does the segment lie in the window? */
function sequenceIsRight(connection: TcpConnection, segment: Segment): boolean {
  const receiver = connection.receiver!;
  const reset = (segment.flags & Flag.RST) !== 0;
  const isSyn = (segment.flags & Flag.SYN) !== 0;
  if (isSyn && connection.state === 'SYN-RECEIVED' && segment.seq === connection.irs) {
    if ((segment.flags & Flag.ACK) === 0) {
      connection.sender.sendSyn(Flag.ACK); // the peer has not seen our SYN
      return false;
    }
    return true; // the peer's half of a simultaneous open
  }
  const old = connection.isOld(segment);
  if (!old && receiver.acceptable(segment)) {
    return true;
  }
  if (reset) {
    return false;
  }
  if (old && segment.options.timestamps === undefined) {
    return false; // RFC 7323, 3.2: agreed on, but absent
  }
  if (segmentLength(segment) === 0) {
    // Without a limit two confused peers would answer each other for ever.
    connection.challenge();
    acknowledgeBesideWindow(connection, segment);
  } else {
    if (connection.state === 'TIME-WAIT' && (segment.flags & Flag.FIN) !== 0) {
      connection.enterTimeWait(); // the peer has not seen our last acknowledgement
    }
    connection.acknowledge();
    acknowledgeBesideWindow(connection, segment);
  }
  return false;
}

/**
 * A segment beside a closed receive window may still acknowledge (3.10.7.4: "special allowance should be made to
 * accept valid ACKs"): else two peers with full buffers could wait for each other.
 */
function acknowledgeBesideWindow(connection: TcpConnection, segment: Segment): void {
  const plain = (segment.flags & (Flag.ACK | Flag.SYN | Flag.RST)) === Flag.ACK;
  const { state } = connection;
  if (
    plain &&
    !connection.isOld(segment) &&
    (state === 'ESTABLISHED' || state === 'CLOSE-WAIT' || state === 'FIN-WAIT-1') &&
    seqLe(connection.receiver!.next, segment.seq) &&
    ackInRange(connection, segment)
  ) {
    acknowledged(connection, segment);
  }
}

/** Second: a reset (RFC 5961, 3.2). */
function survivesReset(connection: TcpConnection, segment: Segment): boolean {
  if ((segment.flags & Flag.RST) === 0) {
    return true;
  }
  if (segment.seq !== connection.receiver!.next) {
    connection.challenge();
  } else if (connection.state === 'TIME-WAIT') {
    // RFC 1337: a stray reset must not cut the wait short.
  } else {
    connection.end(connection.state === 'SYN-RECEIVED' && connection.active ? 'refused' : 'reset');
  }
  return false;
}

/** Fourth: a SYN where none may be (RFC 5961, 4.2). */
function survivesSyn(connection: TcpConnection, segment: Segment): boolean {
  const handshake = connection.state === 'SYN-RECEIVED' && segment.seq === connection.irs;
  if ((segment.flags & Flag.SYN) === 0 || handshake) {
    return true;
  }
  connection.challenge();
  return false;
}

function ackInRange(connection: TcpConnection, segment: Segment): boolean {
  const { sender } = connection;
  const behind = seqDiff(segment.ack, sender.una);
  return seqLe(segment.ack, sender.max) && behind >= -sender.maxWindow;
}

/** Fifth: the acknowledgement field (RFC 5961, 5.2). */
function acknowledgementIsRight(connection: TcpConnection, segment: Segment): boolean {
  const { sender } = connection;
  if ((segment.flags & Flag.ACK) === 0) {
    return false;
  }
  if (connection.state === 'SYN-RECEIVED') {
    if (seqLt(sender.una, segment.ack) && seqLe(segment.ack, sender.max)) {
      return true;
    }
    connection.refuse(segment.ack);
    return false;
  }
  if (!ackInRange(connection, segment)) {
    connection.challenge();
    return false;
  }
  return true;
}

function acknowledgementOf(
  connection: TcpConnection,
  segment: Segment,
): Parameters<TcpConnection['sender']['acknowledge']>[0] {
  return {
    seq: segment.seq,
    ack: segment.ack,
    window: connection.scaledWindow(segment),
    bare: segmentLength(segment) === 0,
    roundTrip: connection.roundTrip(segment),
  };
}

/** What an acknowledgement changes. */
function acknowledged(connection: TcpConnection, segment: Segment): void {
  const { sender } = connection;
  const { user } = connection.settings;
  const opening = connection.state === 'SYN-RECEIVED';
  if (connection.state === 'TIME-WAIT' || seqLt(segment.ack, sender.una)) {
    return;
  }
  const advanced = sender.acknowledge(acknowledgementOf(connection, segment));
  sender.heard();
  if (opening) {
    connection.establish();
  }
  if (sender.finAcknowledged) {
    finAcknowledged(connection);
  } else if (advanced && !opening) {
    user.writable();
  }
}

function finAcknowledged(connection: TcpConnection): void {
  if (connection.state === 'FIN-WAIT-1') {
    connection.state = 'FIN-WAIT-2';
  } else if (connection.state === 'CLOSING') {
    connection.enterTimeWait();
  } else if (connection.state === 'LAST-ACK') {
    connection.end('finished');
  }
}

/** Seventh and eighth: the text and the FIN. */
function takeText(connection: TcpConnection, segment: Segment): void {
  const receiver = connection.receiver!;
  const length = segmentLength(segment);
  if (length === 0) {
    return;
  }
  if (!mayReceive(connection.state)) {
    connection.acknowledge(); // behind the FIN: a retransmission, or nonsense
    return;
  }
  if (!receiver.accept(segment)) {
    return;
  }
  if (receiver.ended) {
    if (connection.state === 'ESTABLISHED') {
      connection.state = 'CLOSE-WAIT';
    } else if (connection.state === 'FIN-WAIT-1') {
      connection.state = 'CLOSING';
    } else {
      connection.enterTimeWait();
    }
  }
  connection.settings.user.readable();
}
