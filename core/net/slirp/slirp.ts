/*
 * Owns the user-mode network of a guest as a whole: an Ethernet with a gateway that gives out addresses, answers
 * names and carries TCP, UDP and echo to the platform's sockets and back. Frames of the guest go in by `receive`,
 * frames for it come out by `transmit`.
 *
 * It lives outside the deterministic machine: what it transmits enters the machine's input log as frames, so a replay
 * needs neither it nor the platform. Its times are virtual all the same, by the clock that it is given.
 */

import { type Said, say, type Sentence } from '../../sentences/say.ts';
import { DropCounters, isDrop } from '../drops.ts';
import type { Listener, Sockets } from '../sockets.ts';
import { NetTimers, type NetClock } from '../timers.ts';
import { BROADCAST_IPV4, BROADCAST_MAC, formatIpv4Address, inNetwork } from '../wire/addresses.ts';
import { DHCP_CLIENT_PORT, DHCP_SERVER_PORT } from '../wire/dhcp.ts';
import { DNS_PORT } from '../wire/dns.ts';
import { Unreachable } from '../wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP, type Ipv4Fields, type Ipv4Packet } from '../wire/ipv4.ts';
import { buildUdp, parseUdp, type UdpDatagram } from '../wire/udp.ts';
import { DhcpServer } from './dhcp-server.ts';
import { IcmpNat } from './icmp-nat.ts';
import { Link } from './link.ts';
import { NameServer } from './name-server.ts';
import { SLIRP_DEFAULTS, type SlirpOptions } from './options.ts';
import { TcpNat } from './tcp-nat.ts';
import { UdpNat } from './udp-nat.ts';

export interface SlirpSettings {
  readonly sockets: Sockets;
  readonly clock: NetClock;
  /** What differs from {@link SLIRP_DEFAULTS}. */
  readonly options?: Partial<SlirpOptions>;
  /** Gives a frame to the guest, which owns it then. It must not call `receive` before it returns. */
  transmit(frame: Uint8Array): void;
  /** Tells the user what did not work: one sentence. */
  problem?(sentence: Sentence): void;
}

/** A running network. */
export interface Slirp {
  readonly options: SlirpOptions;
  /** What was thrown away, and why. */
  readonly drops: DropCounters;
  /** Connections and UDP ports at present. */
  readonly open: { readonly tcp: number; readonly udp: number };
  /** A frame from the guest. Its bytes may be reused afterwards. */
  receive(frame: Uint8Array): void;
  /** Ends every connection and listener. */
  close(): void;
}

/** Starts a network and its redirections. */
export function createSlirp(settings: SlirpSettings): Slirp {
  const { sockets } = settings;
  const options: SlirpOptions = { ...SLIRP_DEFAULTS, ...settings.options };
  const drops = new DropCounters();
  const timers = new NetTimers(settings.clock, 'slirp.next');
  let closed = false;

  const link = new Link({
    options,
    timers,
    drops,
    transmit: (frame) => {
      if (!closed) {
        settings.transmit(frame);
      }
    },
    packet: (packet) => {
      route(packet);
    },
  });
  const transmit = (fields: Ipv4Fields): void => {
    link.send(fields);
  };
  const icmp = new IcmpNat({ options, drops, sockets, transmit });
  const unreachable = (packet: Ipv4Packet, code: number): void => {
    icmp.unreachable(packet, code);
  };
  const dhcp = new DhcpServer(options, drops);
  const nameServer = new NameServer(sockets, drops, options.limits.lookups, options.restrict);
  const tcp = new TcpNat({ options, timers, drops, sockets, nameServer, transmit, unreachable });
  const udp = new UdpNat({ options, timers, drops, sockets, transmit, unreachable });

  const route = (packet: Ipv4Packet): void => {
    const { destination } = packet;
    const staysHere = inNetwork(destination, options.network) || destination === BROADCAST_IPV4;
    if (packet.ttl <= 1 && !staysHere) {
      drops.count('ipv4-ttl');
      icmp.timeExceeded(packet);
    } else if (packet.protocol === PROTOCOL_TCP) {
      tcp.receive(packet);
    } else if (packet.protocol === PROTOCOL_UDP) {
      receiveUdp(packet);
    } else if (packet.protocol === PROTOCOL_ICMP) {
      icmp.receive(packet);
    } else {
      drops.count('ipv4-protocol');
      unreachable(packet, Unreachable.Protocol);
    }
  };

  const receiveUdp = (packet: Ipv4Packet): void => {
    const datagram = parseUdp(packet);
    if (isDrop(datagram)) {
      drops.count(datagram);
      return;
    }
    const { destination } = packet;
    const isForServer = destination === options.gateway || destination === BROADCAST_IPV4;
    if (isForServer && datagram.destinationPort === DHCP_SERVER_PORT) {
      serveDhcp(datagram);
    } else if (destination === options.nameServer && datagram.destinationPort === DNS_PORT) {
      serveNames(packet, datagram);
    } else {
      udp.receive(packet, datagram);
    }
  };

  const serveDhcp = (datagram: UdpDatagram): void => {
    const answer = dhcp.receive(datagram.data);
    if (answer === undefined) {
      return;
    }
    if (answer.granted !== undefined) {
      link.learn(answer.granted, answer.mac);
    }
    const isBroadcast = answer.address === 0;
    const addresses = {
      source: options.gateway,
      destination: isBroadcast ? BROADCAST_IPV4 : answer.address,
    };
    const reply = { sourcePort: DHCP_SERVER_PORT, destinationPort: DHCP_CLIENT_PORT, data: answer.message };
    link.sendTo(isBroadcast ? BROADCAST_MAC : answer.mac, {
      ...addresses,
      protocol: PROTOCOL_UDP,
      payload: buildUdp(addresses, reply),
    });
  };

  const serveNames = (packet: Ipv4Packet, datagram: UdpDatagram): void => {
    const addresses = { source: packet.destination, destination: packet.source };
    const { sourcePort } = datagram;
    nameServer.ask(datagram.data.slice(), (data) => {
      const reply = { sourcePort: DNS_PORT, destinationPort: sourcePort, data };
      transmit({ ...addresses, protocol: PROTOCOL_UDP, payload: buildUdp(addresses, reply) });
    });
  };

  const listeners: Listener[] = [];
  for (const { protocol, hostPort, guestPort } of options.redirections) {
    const on = { address: options.listenAddress, port: hostPort };
    const guest = { address: options.firstGuest, port: guestPort };
    const failed = (reason: Said): void => {
      settings.problem?.(
        say`The redirection ${protocol}:${hostPort}:${guestPort} cannot listen on ${formatIpv4Address(on.address)}:${hostPort}: ${reason}. Choose another host port.`,
      );
    };
    if (protocol === 'tcp') {
      listeners.push(sockets.listen(on, (socket, from) => tcp.redirect(socket, from, guest), failed));
    } else {
      udp.redirect(on, guest, failed);
    }
  }

  return {
    options,
    drops,
    get open() {
      return { tcp: tcp.size, udp: udp.size };
    },
    receive: (frame) => {
      if (!closed) {
        link.receive(frame);
      }
    },
    close: () => {
      for (const listener of listeners) {
        listener.close();
      }
      tcp.close();
      udp.close();
      timers.close();
      closed = true;
    },
  };
}
