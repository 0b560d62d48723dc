/** The general queries (`q…`) and settings (`Q…`). Source: Debugging with gdb, appendices E.4 and E.10 to E.16. */
import { type Client, selectedOf, visibleTo } from './client.ts';
import { monitor } from './monitor.ts';
import { escapeBinary, fromHex, MALFORMED, numberOf, PACKET_SIZE, textToHex } from './packets.ts';
import { TARGET_XML } from './registers.ts';
import { parseThread, threadsXml, threadText } from './threads.ts';

/** A payload; `undefined`: the next stop of the machine answers. */
export type Reply = string | undefined;
/** What a stub answers to what it does not know. */
export const UNSUPPORTED = '';

/**
 * Addresses are linear, and what is behind them changes with the page tables: memory may be anywhere, and whether it is there
 * each access tells. There is no region that gdb would have to treat in another way, since breakpoints are not written to memory.
 */
const MEMORY_MAP =
  '<?xml version="1.0"?><!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" ' +
  '"http://sourceware.org/gdb/gdb-memory-map.dtd"><memory-map><memory type="ram" start="0x0" length="0x100000000"/></memory-map>';

/** Text of a monitor command in one packet. */
const OUTPUT_PIECE = 1000;

function supported(client: Client, operands: string): Reply {
  const offered = operands.split(';');
  const has = (name: string) => offered.includes(`${name}+`);
  client.features = {
    multiprocess: has('multiprocess'),
    swbreak: has('swbreak'),
    hwbreak: has('hwbreak'),
  };
  return [
    `PacketSize=${PACKET_SIZE.toString(16)}`,
    ...[
      'QStartNoAckMode',
      'multiprocess',
      'swbreak',
      'hwbreak',
      'vContSupported',
      'qXfer:features:read',
      'qXfer:threads:read',
      'qXfer:memory-map:read',
    ].map((name) => `${name}+`),
  ].join(';');
}

/** The documents that a client can read piece by piece. */
function document(client: Client, object: string, annex: string): string | undefined {
  switch (`${object}:${annex}`) {
    case 'features:target.xml':
      return TARGET_XML;
    case 'memory-map:':
      return MEMORY_MAP;
    case 'threads:': {
      const { machine, features } = client;
      const rows = visibleTo(client).map((coroutine) => ({
        coroutine,
        name: machine.coroutines.name(coroutine),
        state: machine.stateOf(coroutine),
      }));
      return threadsXml(rows, features.multiprocess);
    }
    default:
      return undefined;
  }
}

/** `features:read:target.xml:0,ffb` */
function transfer(client: Client, operands: string): Reply {
  const [object = '', operation, annex = '', place = ''] = operands.split(':');
  if (operation !== 'read' || !['features', 'memory-map', 'threads'].includes(object)) return UNSUPPORTED;
  const [offset, length] = place.split(',').map(numberOf);
  const text = document(client, object, annex);
  if (text === undefined || offset === undefined || length === undefined) return 'E00';
  // Each byte may become two.
  const piece = text.slice(offset, offset + Math.min(length, PACKET_SIZE / 2 - 1));
  return `${offset + piece.length < text.length ? 'm' : 'l'}${escapeBinary(piece)}`;
}

async function command(client: Client, operands: string, reset: () => Promise<void>): Promise<Reply> {
  const bytes = fromHex(operands);
  if (!bytes) return MALFORMED;
  const { machine } = client;
  const line = new TextDecoder().decode(bytes);
  const text = await monitor({ machine, coroutine: selectedOf(client), reset }, line);
  for (let at = 0; at < text.length; at += OUTPUT_PIECE) client.console(text.slice(at, at + OUTPUT_PIECE));
  return 'OK';
}

function threadList(client: Client): Reply {
  const { multiprocess } = client.features;
  const ids = visibleTo(client).map((coroutine) => threadText(coroutine, multiprocess));
  return ids.length > 0 ? `m${ids.join(',')}` : 'l';
}

function extraInfo({ machine }: Client, operands: string): Reply {
  const choice = parseThread(operands);
  if (typeof choice !== 'number' || !machine.all.includes(choice)) return MALFORMED;
  return textToHex(`${machine.coroutines.name(choice)}: ${machine.stateOf(choice)}`);
}

/** @param operands what follows `q`. @param reset boots the machine again */
export function query(client: Client, operands: string, reset: () => Promise<void>): Reply | Promise<Reply> {
  const [, name = '', rest = ''] = /^([A-Za-z]+)[:,]?(.*)$/s.exec(operands) ?? [];
  switch (name) {
    case 'Supported':
      return supported(client, rest);
    case 'Xfer':
      return transfer(client, rest);
    case 'C':
      return `QC${threadText(selectedOf(client), client.features.multiprocess)}`;
    case 'fThreadInfo':
      return threadList(client);
    case 'sThreadInfo':
      return 'l';
    case 'ThreadExtraInfo':
      return extraInfo(client, rest);
    case 'Attached':
      return '1';
    case 'Rcmd':
      return command(client, rest, reset);
    default:
      return UNSUPPORTED;
  }
}

/** @param operands what follows `Q` */
export function setting(client: Client, operands: string): Reply {
  if (operands !== 'StartNoAckMode') return UNSUPPORTED;
  client.acknowledging = false;
  return 'OK';
}
