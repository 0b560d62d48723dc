/**
 * The text of a network: what `colinux run --net` and the launch option `devices.networks` say a card is connected to.
 */
import { parseMac } from '../coop/config/network.ts';
import type { Parsed } from '../coop/config/values.ts';
import { parseRedirections, type Redirection, RedirectionError } from '../net/slirp/redirections.ts';
import type { BridgeEnd, NetworkEnd, SlirpEnd, SocketEnd, TapEnd } from './ends.ts';
import { type Said, say } from '../sentences/say.ts';

/** Fields that every kind has. */
interface Common {
  mac: Uint8Array | undefined;
  capture: string | undefined;
}

const FORMS = say`loopback, slirp[,REDIRECTIONS][,…], socket,connect=HOST:PORT, socket,listen=HOST:PORT, tap,NAME, pcap-bridge[,NAME] or ndis-bridge[,NAME]`;
const COMMON_FORMS = say`mac=ADDRESS or capture=FILE`;
const MAX_PORT = 65535;

const wrong = (problem: Said) => ({ problem });

export const macBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.split(':'), (byte) => parseInt(byte, 16));

function address(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= MAX_PORT ? { host, port } : undefined;
}

/** Takes a field that every kind has. @returns what is wrong with it; `other` for another field. */
function takeCommon(field: string, into: Common): { readonly problem: Said } | 'other' | undefined {
  const [, name, value = ''] = /^(mac|capture)=(.+)$/s.exec(field) ?? [];
  if (name === undefined) return 'other';
  if (name === 'capture') {
    into.capture = value;
    return undefined;
  }
  const mac = parseMac(value);
  if (mac === undefined) return wrong(say`the MAC address of one station, as mac=52:54:00:12:34:57`);
  into.mac = macBytes(mac);
  return undefined;
}

/** All of `fields`, each a common one or one that `own` takes. @returns the common ones, or what is wrong. */
function takeFields(
  kind: string,
  fields: readonly string[],
  ownForms: Said,
  own: (field: string) => boolean = () => false,
): Common | { readonly problem: Said } {
  const into: Common = { mac: undefined, capture: undefined };
  for (const field of fields) {
    if (own(field)) continue;
    const problem = takeCommon(field, into);
    if (problem === 'other') return wrong(say`behind ${kind} ${ownForms}${COMMON_FORMS}`);
    if (problem) return problem;
  }
  return into;
}

function parseSlirp(fields: readonly string[]): Parsed<SlirpEnd> {
  const [first = '', ...others] = fields;
  const hasList = first.includes(':') && !first.includes('=');
  let redirections: readonly Redirection[] = [];
  try {
    if (hasList) redirections = parseRedirections(first);
  } catch (error) {
    if (error instanceof RedirectionError) return wrong(error.expected);
    throw error;
  }
  const switches = { hostLoopback: false, restrict: false };
  const common = takeFields(
    'slirp',
    hasList ? others : fields,
    'redirections, host-loopback, restrict, ',
    (field) => {
      if (field === 'host-loopback') switches.hostLoopback = true;
      else if (field === 'restrict') switches.restrict = true;
      else return false;
      return true;
    },
  );
  return 'problem' in common ? common : { value: { kind: 'slirp', redirections, ...switches, ...common } };
}

function parseSocket([end = '', ...fields]: readonly string[]): Parsed<SocketEnd> {
  const [, role, place = ''] = /^(connect|listen)=(.*)$/s.exec(end) ?? [];
  const found = address(place);
  if ((role !== 'connect' && role !== 'listen') || !found)
    return wrong(say`socket,connect=HOST:PORT or socket,listen=HOST:PORT`);
  const common = takeFields(`socket,${end}`, fields, '');
  return 'problem' in common ? common : { value: { kind: 'socket', role, ...found, ...common } };
}

function parseTap([name = '', ...fields]: readonly string[]): Parsed<TapEnd> {
  if (name === '' || name.includes('=')) return wrong(say`tap,NAME with the name of an interface`);
  const common = takeFields(`tap,${name}`, fields, '');
  return 'problem' in common ? common : { value: { kind: 'tap', name, ...common } };
}

function parseBridge(kind: BridgeEnd['kind'], fields: readonly string[]): Parsed<BridgeEnd> {
  const [first = ''] = fields;
  const named = first !== '' && !first.includes('=') && first !== 'nopromisc';
  let promiscuous = true;
  const others = named || first === '' ? fields.slice(1) : fields;
  const common = takeFields(kind, others, say`the name of an interface, nopromisc, `, (field) => {
    if (field !== 'nopromisc') return false;
    promiscuous = false;
    return true;
  });
  return 'problem' in common ? common : { value: { kind, name: named ? first : '', promiscuous, ...common } };
}

export function parseNetworkEnd(text: string): Parsed<NetworkEnd> {
  const [kind = '', ...fields] = text.split(',');
  switch (kind) {
    case 'slirp':
      return parseSlirp(fields);
    case 'socket':
      return parseSocket(fields);
    case 'tap':
      return parseTap(fields);
    case 'pcap-bridge':
    case 'ndis-bridge':
      return parseBridge(kind, fields);
    default:
      return text === 'loopback' ? { value: { kind: 'loopback' } } : wrong(FORMS);
  }
}
