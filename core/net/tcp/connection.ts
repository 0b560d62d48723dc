/*
 * Owns one TCP connection: its state, the user's calls (RFC 9293, 3.10.1 to 3.10.6), what all its segments carry
 * (acknowledgement, window, options), and its end. What a segment does when it arrives is in arrival.ts; sending
 * and receiving are halves of their own. Nothing here knows where segments go to or who the user is.
 */

import { milliseconds, seconds, type NetTimer, type NetTimers } from '../timers.ts';
import { segmentArrives } from './arrival.ts';
import { Receiver } from './receiver.ts';
import { Flag, optionsLength, type Segment, type TcpOptions } from './segment.ts';
import { Sender } from './sender.ts';
import { seqDiff, seqLe, type Sequence } from './sequence.ts';
import { maySend, type CloseReason, type TcpState } from './state.ts';

/** Twice the maximum segment lifetime. RFC 9293 means minutes; nothing is that old on this wire. */
const TIME_WAIT = seconds(60);
/** The rate of challenge ACKs (RFC 5961, 7): so many in so long. */
const CHALLENGES = 10;
const CHALLENGE_PERIOD = seconds(1);
/** What a peer takes that does not say (RFC 9293, 3.7.1). */
const DEFAULT_MSS = 536;
const LEAST_MSS = 64;
const MILLISECOND = milliseconds(1);

/** The user of a connection. Calls come when the connection is consistent; any method may be called in them. */
export interface TcpUser {
  /** The handshake is over. */
  established(): void;
  /** There is data to `read`, or the peer has finished (`ended`). */
  readable(): void;
  /** The peer has acknowledged data: `send` may take more. */
  writable(): void;
  /** The connection is gone; the last call. Not made for the user's own `abort`. */
  closed(reason: CloseReason): void;
}

export interface ConnectionSettings {
  readonly timers: NetTimers;
  readonly user: TcpUser;
  readonly localPort: number;
  readonly remotePort: number;
  readonly iss: Sequence;
  /** Bytes of each of the two buffers: a power of two from 4096 to 1 GiB. */
  readonly bufferSize: number;
  /** The largest segment data that the link carries. */
  readonly mss: number;
  transmit(segment: Segment): void;
  /** The connection has left every table's interest. */
  gone(): void;
}

/** Options that both ends have agreed on. */
interface Agreement {
  timestamps: boolean;
  sack: boolean;
  /** Shift of the windows that come and of those that go. */
  sendScale: number;
  receiveScale: number;
}

const NOTHING = new Uint8Array();

export class TcpConnection {
  readonly settings: ConnectionSettings;
  readonly sender: Sender;
  /** Undefined until the peer's SYN has come. */
  receiver: Receiver | undefined;
  state: TcpState;
  /** The user made the call, so a reset in answer means "refused". */
  readonly active: boolean;
  /** The tick of the last segment in or out. */
  lastActivity: number;
  readonly #timeWait: NetTimer;
  readonly #agreed: Agreement = { timestamps: true, sack: true, sendScale: 0, receiveScale: 0 };
  #irs: Sequence = 0;
  #recentTimestamp = 0;
  #lastAcknowledged: Sequence = 0;
  #peerMss = DEFAULT_MSS;
  #challenges = 0;
  #challengesSince = 0;

  private constructor(settings: ConnectionSettings, active: boolean) {
    this.settings = settings;
    this.active = active;
    this.state = active ? 'SYN-SENT' : 'SYN-RECEIVED';
    this.lastActivity = settings.timers.now();
    this.sender = new Sender({
      timers: settings.timers,
      iss: settings.iss,
      capacity: settings.bufferSize,
      emit: (seq, flags, data) => {
        this.#emit(seq, flags, data);
      },
      giveUp: () => {
        this.#emitReset();
        this.end('timeout');
      },
    });
    this.#timeWait = settings.timers.create(() => {
      this.end('finished');
    });
  }

  /** An active open: sends the SYN. */
  static open(settings: ConnectionSettings): TcpConnection {
    const connection = new TcpConnection(settings, true);
    connection.#agreed.receiveScale = scaleFor(settings.bufferSize);
    connection.sender.sendSyn(0);
    return connection;
  }

  /** A passive open: answers the SYN that has arrived. */
  static accept(settings: ConnectionSettings, syn: Segment): TcpConnection {
    const connection = new TcpConnection(settings, false);
    connection.synchronize(syn);
    connection.sender.sendSyn(Flag.ACK);
    return connection;
  }

  /** The peer has sent everything, and all of it has been taken or can be read. */
  get ended(): boolean {
    return this.receiver?.ended ?? false;
  }

  /** Bytes that can be read. */
  get available(): number {
    return this.receiver?.available ?? 0;
  }

  /** Takes at most `max` bytes of what the peer has sent. */
  read(max = Infinity): Uint8Array {
    const { receiver } = this;
    if (receiver === undefined || receiver.available === 0) {
      return NOTHING;
    }
    return receiver.read(max);
  }

  /** Bytes that `send` would take now. */
  get space(): number {
    return maySend(this.state) ? this.sender.space : 0;
  }

  /** Bytes handed over and not acknowledged. */
  get unsent(): number {
    return this.sender.pending;
  }

  /** Takes what fits of `data` and gives how many bytes that were. */
  send(data: Uint8Array): number {
    return maySend(this.state) ? this.sender.append(data) : 0;
  }

  /** Finishes sending; receiving goes on (a half close). */
  finish(): void {
    if (!maySend(this.state)) {
      return;
    }
    if (this.state === 'ESTABLISHED') {
      this.state = 'FIN-WAIT-1';
    } else if (this.state === 'CLOSE-WAIT') {
      this.state = 'LAST-ACK';
    } // else the FIN follows when the handshake is over
    this.sender.finish();
  }

  /** Ends the connection at once with a reset (RFC 9293, 3.10.5). */
  abort(): void {
    if (this.state !== 'CLOSED' && this.state !== 'TIME-WAIT' && this.state !== 'SYN-SENT') {
      this.#emitReset();
    }
    this.#leave();
  }

  /** A segment of the peer for this connection. */
  receive(segment: Segment): void {
    if (this.state === 'CLOSED') {
      return;
    }
    this.lastActivity = this.settings.timers.now();
    segmentArrives(this, segment);
  }

  /** For arrival.ts: the peer's SYN: its number and what its options allow. */
  synchronize(syn: Segment): void {
    const { settings } = this;
    const { options } = syn;
    this.#irs = syn.seq;
    this.#agreed.timestamps &&= options.timestamps !== undefined;
    this.#agreed.sack &&= options.sackPermitted === true;
    this.#agreed.sendScale = options.windowScale ?? 0;
    this.#agreed.receiveScale = options.windowScale === undefined ? 0 : scaleFor(settings.bufferSize);
    this.#recentTimestamp = options.timestamps?.value ?? 0;
    this.#peerMss = Math.max(LEAST_MSS, options.mss ?? DEFAULT_MSS);
    this.receiver = new Receiver({
      timers: settings.timers,
      irs: syn.seq,
      capacity: settings.bufferSize,
      mss: settings.mss,
      acknowledge: () => {
        this.acknowledge();
      },
    });
  }

  /** For arrival.ts: both SYNs are acknowledged, data may flow. */
  establish(): void {
    const timestamps = this.#agreed.timestamps ? optionsLength({ timestamps: { value: 0, echo: 0 } }) : 0;
    this.state = this.sender.finishing ? 'FIN-WAIT-1' : 'ESTABLISHED';
    this.sender.open(Math.min(this.#peerMss, this.settings.mss) - timestamps);
    this.settings.user.established();
    this.sender.output();
  }

  /** For arrival.ts: sends an acknowledgement. */
  acknowledge(): void {
    this.#emit(this.sender.max, 0, NOTHING);
  }

  /** For arrival.ts: an acknowledgement for a segment that looks forged (RFC 5961), not too often. */
  challenge(): void {
    const now = this.settings.timers.now();
    if (now - this.#challengesSince >= CHALLENGE_PERIOD) {
      this.#challengesSince = now;
      this.#challenges = 0;
    }
    if (this.#challenges < CHALLENGES) {
      this.#challenges++;
      this.acknowledge();
    }
  }

  /** For arrival.ts: a segment in answer to one that this connection cannot have caused. */
  refuse(seq: Sequence): void {
    this.#transmit(seq, Flag.RST, NOTHING, 0, {});
  }

  /** For arrival.ts: everything is done on both sides; wait for segments that still travel. */
  enterTimeWait(): void {
    this.state = 'TIME-WAIT';
    this.sender.close();
    this.#timeWait.startAfter(TIME_WAIT);
  }

  /** For arrival.ts: the connection ends and its user hears why. */
  end(reason: CloseReason): void {
    if (this.state !== 'CLOSED') {
      this.#leave();
      this.settings.user.closed(reason);
    }
  }

  /** For arrival.ts: the window of a segment, scaled. */
  scaledWindow(segment: Segment): number {
    return (segment.flags & Flag.SYN) === 0 ? segment.window * 2 ** this.#agreed.sendScale : segment.window;
  }

  /** For arrival.ts: the time since the segment was sent that this one answers; undefined without timestamps. */
  roundTrip(segment: Segment): number | undefined {
    const { timestamps } = segment.options;
    if (!this.#agreed.timestamps || timestamps === undefined || (segment.flags & Flag.ACK) === 0) {
      return undefined;
    }
    const elapsed = seqDiff(this.#timestamp(), timestamps.echo);
    return elapsed < 0 ? undefined : elapsed * MILLISECOND;
  }

  /** For arrival.ts: protection against wrapped sequences (RFC 7323, 5): is the segment an old one? */
  isOld(segment: Segment): boolean {
    const { timestamps } = segment.options;
    if (!this.#agreed.timestamps || (segment.flags & (Flag.RST | Flag.SYN)) !== 0) {
      return false;
    }
    return timestamps === undefined || seqDiff(timestamps.value, this.#recentTimestamp) < 0;
  }

  /** For arrival.ts: remembers the timestamp to echo (RFC 7323, 4.3). */
  noteTimestamp(segment: Segment): void {
    const { timestamps } = segment.options;
    if (
      this.#agreed.timestamps &&
      timestamps !== undefined &&
      seqLe(segment.seq, this.#lastAcknowledged) &&
      seqDiff(timestamps.value, this.#recentTimestamp) >= 0
    ) {
      this.#recentTimestamp = timestamps.value;
    }
  }

  /** The peer's initial sequence number. */
  get irs(): Sequence {
    return this.#irs;
  }

  #leave(): void {
    if (this.state !== 'CLOSED') {
      this.state = 'CLOSED';
      this.sender.close();
      this.receiver?.close();
      this.#timeWait.cancel();
      this.settings.gone();
    }
  }

  #emitReset(): void {
    this.#transmit(this.sender.max, Flag.RST | (this.receiver === undefined ? 0 : Flag.ACK), NOTHING, 0, {});
  }

  #emit(seq: Sequence, flags: number, data: Uint8Array): void {
    const syn = (flags & Flag.SYN) !== 0;
    const { receiver } = this;
    const scale = syn ? 0 : this.#agreed.receiveScale;
    const first = Math.min(0xffff, this.settings.bufferSize);
    const window = receiver === undefined ? first : receiver.offer(2 ** scale) / 2 ** scale;
    this.#transmit(seq, flags | (receiver === undefined ? 0 : Flag.ACK), data, window, this.#options(syn));
  }

  #options(syn: boolean): TcpOptions {
    const { receiver } = this;
    const agreed = this.#agreed;
    const timestamps = agreed.timestamps
      ? { value: this.#timestamp(), echo: this.#recentTimestamp }
      : undefined;
    if (syn) {
      const scaling = receiver === undefined || agreed.receiveScale > 0;
      return {
        mss: this.settings.mss,
        windowScale: scaling ? agreed.receiveScale : undefined,
        sackPermitted: agreed.sack,
        timestamps,
      };
    }
    const sack =
      agreed.sack && receiver !== undefined ? receiver.sackBlocks(timestamps === undefined ? 4 : 3) : [];
    return { timestamps, sack: sack.length === 0 ? undefined : sack };
  }

  #transmit(seq: Sequence, flags: number, data: Uint8Array, window: number, options: TcpOptions): void {
    const { settings } = this;
    const ack = (flags & Flag.ACK) === 0 ? 0 : this.receiver!.next;
    this.lastActivity = settings.timers.now();
    if ((flags & Flag.ACK) !== 0) {
      this.#lastAcknowledged = ack;
    }
    settings.transmit({
      sourcePort: settings.localPort,
      destinationPort: settings.remotePort,
      seq,
      ack,
      flags,
      window,
      options,
      data,
    });
  }

  /** Milliseconds, from a start that is not zero (RFC 7323, 5.4). */
  #timestamp(): number {
    return (Math.floor(this.settings.timers.now() / MILLISECOND) + 1) >>> 0;
  }
}

/** The shift with which a window of `size` bytes fits into 16 bits. */
function scaleFor(size: number): number {
  let scale = 0;
  while (size / 2 ** scale > 0xffff) {
    scale++;
  }
  return scale;
}
