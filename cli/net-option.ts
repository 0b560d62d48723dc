/**
 * The value of `--net`: what the network card is connected to.
 */
import { parseMac } from '../core/coop/config/network.ts';
import { parseRedirections, type Redirection, RedirectionError } from '../core/net/slirp/redirections.ts';
import { Problem } from './problem.ts';

/** A network whose other end is outside of the machine. */
export interface OutsideNetOption {
  /** The card's address, six bytes; undefined: that of every machine. */
  readonly mac: Uint8Array | undefined;
  /** A file for every frame that passes; no such file when undefined. */
  readonly capture: string | undefined;
}
export interface SlirpOption extends OutsideNetOption {
  readonly kind: 'slirp';
  readonly redirections: readonly Redirection[];
  /** The guest reaches this computer's loopback by the gateway's address. */
  readonly hostLoopback: boolean;
  /** The guest reaches nothing outside of its network. */
  readonly restrict: boolean;
}
export interface CableOption extends OutsideNetOption {
  readonly kind: 'socket';
  readonly role: 'connect' | 'listen';
  readonly host: string;
  readonly port: number;
}
export type NetOption = { readonly kind: 'loopback' } | SlirpOption | CableOption;

type OutsideFields = { -readonly [K in keyof OutsideNetOption]: OutsideNetOption[K] };

const FORMS = 'loopback, slirp[,REDIRECTIONS][,…] or socket,connect=HOST:PORT or socket,listen=HOST:PORT';
const MAX_PORT = 65535;

function wrong(text: string, expected: string): Problem {
  return new Problem(`--net expects ${expected}, but found "${text}": see colinux --help.`);
}

function address(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= MAX_PORT ? { host, port } : undefined;
}

/** Takes a field that every kind has. Returns false for another one. */
function common(field: string, into: OutsideFields): boolean {
  const [, name, value = ''] = /^(mac|capture)=(.+)$/s.exec(field) ?? [];
  if (name === 'capture') into.capture = value;
  if (name !== 'mac') return name !== undefined;
  const mac = parseMac(value);
  if (mac === undefined) throw wrong(field, 'the MAC address of one station, as mac=52:54:00:12:34:57');
  into.mac = Uint8Array.from(mac.split(':'), (byte) => parseInt(byte, 16));
  return true;
}

function slirpOption(text: string, fields: readonly string[]): SlirpOption {
  let redirections: readonly Redirection[] = [];
  let hostLoopback = false;
  let restrict = false;
  const shared: OutsideFields = { mac: undefined, capture: undefined };
  for (const [n, field] of fields.entries()) {
    if (field === 'host-loopback') hostLoopback = true;
    else if (field === 'restrict') restrict = true;
    else if (common(field, shared)) continue;
    else if (n === 0 && field.includes(':')) redirections = redirectionsOf(text, field);
    else throw wrong(text, 'behind slirp redirections, host-loopback, restrict, mac=ADDRESS or capture=FILE');
  }
  return { kind: 'slirp', redirections, hostLoopback, restrict, ...shared };
}

function redirectionsOf(text: string, list: string): Redirection[] {
  try {
    return parseRedirections(list);
  } catch (error) {
    if (error instanceof RedirectionError) throw wrong(text, error.expected);
    throw error;
  }
}

function cableOption(text: string, [end = '', ...fields]: readonly string[]): CableOption {
  const [, role, place = ''] = /^(connect|listen)=(.*)$/s.exec(end) ?? [];
  const found = address(place);
  const shared: OutsideFields = { mac: undefined, capture: undefined };
  if ((role !== 'connect' && role !== 'listen') || !found || !fields.every((field) => common(field, shared)))
    throw wrong(
      text,
      'socket,connect=HOST:PORT or socket,listen=HOST:PORT, then perhaps mac=ADDRESS or capture=FILE',
    );
  return { kind: 'socket', role, ...found, ...shared };
}

/** @throws Problem */
export function netOption(text: string): NetOption {
  const [kind, ...fields] = text.split(',');
  if (kind === 'slirp') return slirpOption(text, fields);
  if (kind === 'socket') return cableOption(text, fields);
  if (text === 'loopback') return { kind: 'loopback' };
  throw wrong(text, FORMS);
}
