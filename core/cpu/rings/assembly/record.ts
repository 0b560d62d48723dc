/** The record of transitions, as `core/debug/transitions.ts` keeps it: one row for each. */
import {
  CPL,
  CR2,
  CR3,
  CS,
  EIP,
  ESP,
  EXTRA,
  get,
  INDEX,
  RETIRED,
  SEG_SEL,
  SS,
  TRANSITIONS,
} from '../../assembly/state';

/** Before the rows: how many there were, who owns the CPU, whether somebody is to be told of each, where the next row begins. */
const COUNT: u32 = TRANSITIONS;
const OWNER: u32 = TRANSITIONS + 8;
const TOLD: u32 = TRANSITIONS + 12;
const NEXT: u32 = TRANSITIONS + 16;
const ROWS: u32 = TRANSITIONS + 0x1_0000;
const ROW: u32 = 64;
const LAST_ROW: u32 = 0xffff * ROW;

/** Where a place begins in a row, and the bit of its ring in the word of kinds. */
const FROM: u32 = 32;
const TO: u32 = 48;
const FROM_MODE: i32 = 8;
const TO_MODE: i32 = 12;

/** Whether the long way must be taken, which tells of it. */
export function isTold(): boolean {
  return load<i32>(TOLD) != 0;
}

/** The row of the next transition. If it does not happen, another one takes it. */
function row(): u32 {
  return ROWS + load<u32>(NEXT);
}

function place(at: u32): void {
  store<i32>(at, load<i32>(SEG_SEL + (CS << 2)));
  store<i32>(at, get(EIP), 4);
  store<i32>(at, load<i32>(SEG_SEL + (SS << 2)), 8);
  store<i32>(at, get(ESP), 12);
}

/** The present place is the one that a transition begins at. It is sure to happen. */
export function begin(kind: i32, vector: i32, errorCode: i32): void {
  const at = row();
  store<f64>(at, load<f64>(RETIRED) + <f64>(get(INDEX) + get(EXTRA)));
  store<i32>(at, kind | (get(CPL) << FROM_MODE), 8);
  store<i32>(at, vector, 12);
  store<i32>(at, errorCode, 16);
  store<i32>(at, get(CR3), 20);
  store<i32>(at, get(CR2), 24);
  store<i32>(at, load<i32>(OWNER), 28);
  place(at + FROM);
}

/** The present place is the one that it has led to. */
export function end(): void {
  const at = row();
  store<i32>(at, load<i32>(at, 8) | (get(CPL) << TO_MODE), 8);
  place(at + TO);
  store<u32>(NEXT, (load<u32>(NEXT) + ROW) & LAST_ROW);
  store<f64>(COUNT, load<f64>(COUNT) + 1);
}
