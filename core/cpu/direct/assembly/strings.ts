/**
 * String instructions (SDM vol. 2: MOVS, CMPS, STOS, LODS, SCAS), as `core/cpu/string` does them. A repetition, which counts each round as an
 * instruction, runs as a whole, upwards and within one page on either side, or not at all.
 */
import { DF, ECX, get, MID_REP, set, SYSFLAGS } from '../../assembly/state';
import { goOn, NOT } from './flow';
import { subtract } from './flags';
import { base, EAX, register, setRegister, toRead, toWrite } from './operands';

const ESI: u32 = 6 * 4;
const EDI: u32 = 7 * 4;
const PAGE: u32 = 0x1000;

export const REPNE: u32 = 0xf2;
export const REPE: u32 = 0xf3;

/** How many instructions the last repetition was beyond one; it ends a block. */
let rounds: i32 = 0;
export function takeRounds(): i32 {
  const taken = rounds;
  rounds = 0;
  return taken;
}

function move(word: u32, bytes: i32): void {
  set(word, get(word) + bytes);
}
/** By how much one round moves a pointer. */
function step<T>(): i32 {
  const size = <i32>sizeof<T>();
  return (get(SYSFLAGS) & DF) != 0 ? -size : size;
}
/**
 * The element that ESI points to; 0 if it cannot be accessed at full speed: then the other one's page must not be looked up, for its accessed and
 * dirty bits stay as they are if this one faults.
 */
function sourceElement<T>(): u32 {
  return toRead<T>(base + get(ESI));
}

export function moveString<T>(next: u32): u32 {
  const from = sourceElement<T>();
  if (from == 0) return NOT;
  const to = toWrite<T>(get(EDI));
  if (to == 0) return NOT;
  store<T>(to, load<T>(from));
  move(ESI, step<T>());
  move(EDI, step<T>());
  return next;
}

export function compareStrings<T>(next: u32): u32 {
  const left = sourceElement<T>();
  if (left == 0) return NOT;
  const right = toRead<T>(get(EDI));
  if (right == 0) return NOT;
  subtract<T>(<i32>load<T>(left), <i32>load<T>(right), 0);
  move(ESI, step<T>());
  move(EDI, step<T>());
  return next;
}

export function storeString<T>(next: u32): u32 {
  const to = toWrite<T>(get(EDI));
  if (to == 0) return NOT;
  store<T>(to, <T>register<T>(EAX));
  move(EDI, step<T>());
  return next;
}

export function loadString<T>(next: u32): u32 {
  const from = sourceElement<T>();
  if (from == 0) return NOT;
  setRegister<T>(EAX, <i32>load<T>(from));
  move(ESI, step<T>());
  return next;
}

export function scanString<T>(next: u32): u32 {
  const from = toRead<T>(get(EDI));
  if (from == 0) return NOT;
  subtract<T>(register<T>(EAX), <i32>load<T>(from), 0);
  move(EDI, step<T>());
  return next;
}

/** Elements from an address to the end of its page. */
function fitting<T>(host: u32): u32 {
  return (PAGE - (host & (PAGE - 1))) / <u32>sizeof<T>();
}

/** So many rounds have been done. */
function finish(count: u32, next: u32): u32 {
  set(ECX, get(ECX) - count);
  rounds = count - 1;
  return goOn(next);
}

function repeatedMove<T>(count: u32, next: u32): u32 {
  const from = sourceElement<T>();
  if (from == 0) return NOT;
  const to = toWrite<T>(get(EDI));
  if (to == 0 || count > fitting<T>(from) || count > fitting<T>(to)) return NOT;
  const bytes = count * <u32>sizeof<T>();
  // A destination inside of the source repeats what was just written.
  if (to > from && to < from + bytes) return NOT;
  memory.copy(to, from, bytes);
  move(ESI, bytes);
  move(EDI, bytes);
  return finish(count, next);
}

function repeatedStore<T>(count: u32, next: u32): u32 {
  const to = toWrite<T>(get(EDI));
  if (to == 0 || count > fitting<T>(to)) return NOT;
  const bytes = count * <u32>sizeof<T>();
  const value = <T>register<T>(EAX);
  for (let at = to; at < to + bytes; at += <u32>sizeof<T>()) store<T>(at, value);
  move(EDI, bytes);
  return finish(count, next);
}

/** REPE and REPNE CMPS: what is compared before the last round leaves nothing. */
function repeatedCompare<T>(count: u32, until: bool, next: u32): u32 {
  const left = sourceElement<T>();
  if (left == 0) return NOT;
  const right = toRead<T>(get(EDI));
  if (right == 0) return NOT;
  const size = <u32>sizeof<T>();
  const most = min(count, min(fitting<T>(left), fitting<T>(right)));
  let done: u32 = 0;
  let ended = false;
  while (done < most && !ended) {
    ended = (load<T>(left + done * size) == load<T>(right + done * size)) == until;
    done++;
  }
  if (!ended && done < count) return NOT;
  const last = (done - 1) * size;
  subtract<T>(<i32>load<T>(left + last), <i32>load<T>(right + last), 0);
  move(ESI, done * size);
  move(EDI, done * size);
  return finish(done, next);
}

function repeatedScan<T>(count: u32, until: bool, next: u32): u32 {
  const from = toRead<T>(get(EDI));
  if (from == 0) return NOT;
  const size = <u32>sizeof<T>();
  const value = <T>register<T>(EAX);
  const most = min(count, fitting<T>(from));
  let done: u32 = 0;
  let ended = false;
  while (done < most && !ended) ended = (load<T>(from + done++ * size) == value) == until;
  if (!ended && done < count) return NOT;
  subtract<T>(<i32>value, <i32>load<T>(from + (done - 1) * size), 0);
  move(EDI, done * size);
  return finish(done, next);
}

/**
 * @param opcode of a string instruction with operands of T's width, without its lowest bit. @param prefix REPE or REPNE
 * @param left how many instructions may run. @returns as `oneByte`
 */
export function repeated<T>(opcode: u32, prefix: u32, left: i32, next: u32): u32 {
  const count = <u32>get(ECX);
  if (count == 0) {
    set(MID_REP, 0);
    return goOn(next);
  }
  if ((get(SYSFLAGS) & DF) != 0 || count > <u32>left) return NOT;
  const until = prefix == REPNE;
  let outcome = NOT;
  if (opcode == 0xa4) outcome = repeatedMove<T>(count, next);
  else if (opcode == 0xa6) outcome = repeatedCompare<T>(count, until, next);
  else if (opcode == 0xaa) outcome = repeatedStore<T>(count, next);
  else if (opcode == 0xae) outcome = repeatedScan<T>(count, until, next);
  if (outcome != NOT) set(MID_REP, 0);
  return outcome;
}
