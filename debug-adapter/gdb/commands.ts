/**
 * Packets that ask or tell something, by their first letters. An answer is a payload; an empty one says that the packet is not
 * supported, none at all that the answer is the machine's next stop.
 *
 * Source: Debugging with gdb, appendix E.2, "Packets". The reverse packets `bs` and `bc` are not supported, and so not announced.
 */
import { type Client, selectedOf, visibleTo } from './client.ts';
import { bytesOf, errorReply, fromHex, MALFORMED, numberOf, PACKET_SIZE, toHex } from './packets.ts';
import type { Point, PointKind } from './points.ts';
import { query, type Reply, setting, UNSUPPORTED } from './queries.ts';
import { PACKED, REGISTERS, type RegisterValues } from './registers.ts';
import { ACTIONS, parseResumption } from './resumption.ts';
import { endReply, stopReply } from './stop-replies.ts';
import { parseThread, threadText } from './threads.ts';

type Handler = (client: Client, operands: string) => Reply | Promise<Reply>;

const OK = 'OK';
/** The number that kernels' stubs use for what is not mapped: EFAULT, in decimal digits. */
const UNMAPPED = 'E14';

/** What is left for data in an answer of hexadecimal digits. */
const MAX_READ = (PACKET_SIZE - 16) / 2;

// --- registers ------------------------------------------------------------------------------------------

const valueText = (value: Uint8Array | undefined, bytes: number): string =>
  value ? toHex(value) : 'xx'.repeat(bytes);

async function readRegisters(client: Client): Promise<Reply> {
  const values = await client.machine.registers(selectedOf(client));
  return REGISTERS.slice(0, PACKED)
    .map(({ bytes }, n) => valueText(values[n], bytes))
    .join('');
}

async function readRegister(client: Client, operands: string): Promise<Reply> {
  const number = numberOf(operands);
  const register = number === undefined ? undefined : REGISTERS[number];
  if (!register) return MALFORMED;
  return valueText((await client.machine.registers(selectedOf(client)))[number!], register.bytes);
}

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a?.length === b.length && a.every((byte, n) => byte === b[n]);

/** @returns why the register does not take the value */
async function writeRegister(
  client: Client,
  number: number,
  bytes: Uint8Array,
  values: RegisterValues,
): Promise<string | undefined> {
  const { name, writable } = REGISTERS[number]!;
  if (same(values[number], bytes)) return undefined;
  if (!writable) return `${name} cannot be written.`;
  const { machine } = client;
  const coroutine = selectedOf(client);
  if (coroutine !== machine.coroutines.current) {
    // gdb's numbers of the general registers are those of DWARF.
    const home = machine.coroutines.homes(coroutine)[number];
    if (home?.kind !== 'memory')
      return `${name} of a coroutine that is away cannot be set: its switch has not saved it.`;
    await machine.request('writeMemory', { space: machine.spaceOf(coroutine), address: home.address, bytes });
    return undefined;
  }
  await client.machine.request('writeRegister', { name, value: bytes });
  return undefined;
}

async function writeOne(client: Client, operands: string): Promise<Reply> {
  const [number, text = ''] = operands.split('=', 2);
  const at = numberOf(number);
  const bytes = fromHex(text);
  const register = at === undefined ? undefined : REGISTERS[at];
  if (!register || bytes?.length !== register.bytes) return MALFORMED;
  const values = await client.machine.registers(selectedOf(client));
  const refusal = await writeRegister(client, at!, bytes, values);
  await client.machine.refresh();
  return refusal === undefined ? OK : errorReply(refusal);
}

/** All at once: those that are what they were are left alone. */
async function writeRegisters(client: Client, operands: string): Promise<Reply> {
  const values = await client.machine.registers(selectedOf(client));
  let at = 0;
  let refusal: string | undefined;
  for (const [number, { bytes }] of REGISTERS.slice(0, PACKED).entries()) {
    const text = operands.slice(at, (at += 2 * bytes));
    if (/^x+$/.test(text)) continue;
    const value = fromHex(text);
    if (value?.length !== bytes) return MALFORMED;
    refusal ??= await writeRegister(client, number, value, values);
  }
  await client.machine.refresh();
  return refusal === undefined ? OK : errorReply(refusal);
}

// --- memory ---------------------------------------------------------------------------------------------

function range(text: string): { readonly address: number; readonly length: number } | undefined {
  const [address, length, more] = text.split(',').map(numberOf);
  return address === undefined || length === undefined || more !== undefined
    ? undefined
    : { address, length };
}

async function readMemory(client: Client, operands: string): Promise<Reply> {
  const asked = range(operands);
  if (!asked) return MALFORMED;
  if (asked.length === 0) return '';
  const bytes = await client.machine.read(
    selectedOf(client),
    asked.address,
    Math.min(asked.length, MAX_READ),
  );
  return bytes.length > 0 ? toHex(bytes) : UNMAPPED;
}

/** @param decode makes bytes of what is behind the colon */
async function writeMemory(
  client: Client,
  operands: string,
  decode: (data: string) => Uint8Array | undefined,
): Promise<Reply> {
  const colon = operands.indexOf(':');
  const asked = range(operands.slice(0, Math.max(colon, 0)));
  const bytes = decode(operands.slice(colon + 1));
  if (!asked || bytes?.length !== asked.length) return MALFORMED;
  const { address, length } = asked;
  // gdb tries with no bytes at all whether the packet X is known.
  if (length === 0) return OK;
  const { machine } = client;
  const request = { space: machine.spaceOf(selectedOf(client)), address, bytes };
  const { written } = await machine.request('writeMemory', request);
  return written === length ? OK : UNMAPPED;
}

// --- breakpoints ----------------------------------------------------------------------------------------

/** `2,c0104020,4`; conditions that follow are left to the client. */
function pointOf(client: Client, operands: string): Point | undefined {
  const [, kind, place = ''] = /^([0-4]),([^;]*)/.exec(operands) ?? [];
  const at = range(place);
  if (kind === undefined || !at) return undefined;
  const number = Number(kind) as PointKind;
  // A client with one process cannot say whose address it means.
  const anywhere = number < 2 && !client.features.multiprocess;
  return { kind: number, ...at, coroutine: anywhere ? -1 : selectedOf(client) };
}

async function insertPoint(client: Client, operands: string): Promise<Reply> {
  const point = pointOf(client, operands);
  if (!point) return /^[5-9]/.test(operands) ? UNSUPPORTED : MALFORMED;
  const refusal = await client.points.insert(point);
  return refusal === undefined ? OK : errorReply(`It cannot be set: ${refusal}.`);
}

async function removePoint(client: Client, operands: string): Promise<Reply> {
  const point = pointOf(client, operands);
  if (!point) return MALFORMED;
  await client.points.remove(point);
  return OK;
}

// --- running --------------------------------------------------------------------------------------------

/** Tells of the last stop. The client takes for granted that its thread is selected from then on. */
export function stopOf(client: Client): string {
  const { machine, features, left } = client;
  client.selected = undefined;
  if (!machine.over) return stopReply(machine.stop, features, (id) => client.points.byId(id));
  // All processes have ended, but one reply tells of one.
  const there = visibleTo(client);
  const { current } = machine.coroutines;
  const ended = there.includes(current) ? current : (there[0] ?? current);
  left.add(ended);
  return endReply(machine.stop, features, ended);
}

async function resume(client: Client, actions: string): Promise<Reply> {
  const { machine } = client;
  // Nothing goes on: the end is told again.
  if (machine.over) return stopOf(client);
  const resumption = parseResumption(actions, machine.coroutines.current);
  if (!resumption) return MALFORMED;
  if (resumption.kind === 'stop') return stopOf(client);
  client.resumed = true;
  try {
    await machine.go(resumption);
  } catch (error) {
    client.resumed = false;
    throw error;
  }
  return undefined;
}

/** `c` and `s`, with an address to go on at, which no gdb of today sends. */
const resumeOld =
  (action: string): Handler =>
  (client, operands) =>
    operands === '' ? resume(client, action) : UNSUPPORTED;

function selectThread(client: Client, operands: string): Reply {
  const choice = parseThread(operands.slice(1));
  if (choice === undefined || !/^[gcm]/.test(operands)) return MALFORMED;
  if (typeof choice === 'number' && !client.machine.all.includes(choice))
    return errorReply('There is no such thread.');
  if (operands.startsWith('g')) client.selected = typeof choice === 'number' ? choice : undefined;
  return OK;
}

function threadLives(client: Client, operands: string): Reply {
  const choice = parseThread(operands);
  return typeof choice === 'number' && visibleTo(client).includes(choice)
    ? OK
    : errorReply('There is no such thread.');
}

/** The last process that a client leaves lets the machine run. */
async function detach(client: Client, operands: string): Promise<Reply> {
  const { machine, points } = client;
  const process = operands === '' ? undefined : numberOf(operands.slice(1));
  const coroutine = process === undefined ? undefined : process - 1;
  if (operands !== '' && (coroutine === undefined || !visibleTo(client).includes(coroutine)))
    return MALFORMED;
  await points.clear(coroutine);
  for (const one of coroutine === undefined ? machine.all : [coroutine]) client.left.add(one);
  if (visibleTo(client).length > 0) return OK;
  client.ended = true;
  if (!machine.over) await machine.go({ kind: 'resume' }).catch(() => undefined);
  return OK;
}

function attach(client: Client, operands: string): Reply {
  const process = numberOf(operands);
  if (process === undefined || !client.machine.all.includes(process - 1))
    return errorReply('There is no such process.');
  client.left.delete(process - 1);
  client.selected = process - 1;
  // The client waits for a stop of this process, whoever has stopped last.
  return `T05thread:${threadText(process - 1, client.features.multiprocess)};`;
}

function kill(client: Client): Reply {
  client.ended = true;
  client.machine.target.kill();
  return OK;
}

/** Boots again. The machine forgets breakpoints then, the client does not. */
export async function reset(client: Client): Promise<void> {
  await client.machine.reboot();
  client.left.clear();
  await client.points.sendAll();
}

async function restart(client: Client): Promise<Reply> {
  await reset(client);
  return stopOf(client);
}

function verbose(client: Client, operands: string): Reply | Promise<Reply> {
  const [, name = '', rest = ''] = /^([A-Za-z]*\??)[;:]?(.*)$/s.exec(operands) ?? [];
  switch (name) {
    case 'Cont':
      return resume(client, rest);
    case 'Cont?':
      return ACTIONS;
    case 'Attach':
      return attach(client, rest);
    case 'Kill':
      return kill(client);
    case 'Run':
      return restart(client);
    default:
      return UNSUPPORTED;
  }
}

const COMMANDS: Readonly<Record<string, Handler>> = {
  '?': stopOf,
  '!': () => OK,
  g: readRegisters,
  G: writeRegisters,
  p: readRegister,
  P: writeOne,
  m: readMemory,
  M: (client, operands) => writeMemory(client, operands, fromHex),
  X: (client, operands) => writeMemory(client, operands, bytesOf),
  Z: insertPoint,
  z: removePoint,
  c: resumeOld('c'),
  s: resumeOld('s'),
  v: verbose,
  H: selectThread,
  T: threadLives,
  D: detach,
  k(client) {
    kill(client);
    return undefined;
  },
  async R(client) {
    await reset(client);
    return undefined;
  },
  q: (client, operands) => query(client, operands, () => reset(client)),
  Q: setting,
};

/** Commands that make no sense while the machine runs. */
const STOPPED_ONLY = /^[?gGpPMXcsDR]|^v(Cont;|Run|Attach)/;

/** Commands that set the machine going. */
const RESUMING = /^[cs]|^vCont;/;

/** Answers one packet. @throws whatever the machine refuses */
export async function answer(client: Client, payload: string): Promise<Reply> {
  const name = payload.charAt(0);
  if (!Object.hasOwn(COMMANDS, name)) return UNSUPPORTED;
  if (client.machine.running && !client.resumed && RESUMING.test(payload)) {
    // Somebody else was faster: the next stop is the answer to both.
    client.resumed = true;
    return undefined;
  }
  if (client.machine.running && STOPPED_ONLY.test(payload)) return errorReply('The machine is running.');
  return COMMANDS[name]!(client, payload.slice(1));
}
