/**
 * The value of `--net`: what the network card is connected to.
 */
import { parseRedirections, type Redirection, RedirectionError } from '../core/net/slirp/redirections.ts';
import { Problem } from './problem.ts';

/** A network whose other end is outside of the machine. */
export interface OutsideNetOption {
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

function slirpOption(text: string, fields: readonly string[]): SlirpOption {
  let redirections: readonly Redirection[] = [];
  let hostLoopback = false;
  let restrict = false;
  let capture: string | undefined;
  for (const [n, field] of fields.entries()) {
    if (field === 'host-loopback') hostLoopback = true;
    else if (field === 'restrict') restrict = true;
    else if (/^capture=./.test(field)) capture = field.slice('capture='.length);
    else if (n === 0 && field.includes(':')) redirections = redirectionsOf(text, field);
    else throw wrong(text, 'behind slirp redirections, host-loopback, restrict or capture=FILE');
  }
  return { kind: 'slirp', redirections, hostLoopback, restrict, capture };
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
  const [capture, ...more] = fields;
  if ((role !== 'connect' && role !== 'listen') || !found || more.length > 0)
    throw wrong(text, 'socket,connect=HOST:PORT or socket,listen=HOST:PORT, then perhaps ,capture=FILE');
  if (capture !== undefined && !/^capture=./.test(capture)) throw wrong(text, 'capture=FILE at the end');
  return { kind: 'socket', role, ...found, capture: capture?.slice('capture='.length) };
}

/** @throws Problem */
export function netOption(text: string): NetOption {
  const [kind, ...fields] = text.split(',');
  if (kind === 'slirp') return slirpOption(text, fields);
  if (kind === 'socket') return cableOption(text, fields);
  if (text === 'loopback') return { kind: 'loopback' };
  throw wrong(text, FORMS);
}
