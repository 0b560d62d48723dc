import { describe, expect, it } from 'vitest';
import { DW_OP } from './constants.ts';
import { evaluateLocation } from './expression.ts';
import type { FrameContext } from './location.ts';
import { simpleLocation, simplePlace } from './simple-location.ts';

const FRAME_BASE = 0xffff_fff8;
const frame: FrameContext = {
  ...{ registers: [0x1000, undefined, 0xffff_ffff], pc: 0x2000, bias: 0x10_0000 },
  cfa: () => 0x9000,
  readMemory: () => undefined,
};
const placeIn = (within: FrameContext | undefined, bytes: readonly number[]) => {
  const simple = simpleLocation(Uint8Array.from(bytes));
  return simple && simplePlace(simple, within, () => FRAME_BASE);
};
const place = (bytes: readonly number[]) => placeIn(frame, bytes);

/** What the stack machine makes of an expression. */
const evaluated = (bytes: readonly number[]) =>
  evaluateLocation(Uint8Array.from(bytes), {
    ...{ frame, frameBase: () => FRAME_BASE, addressAt: () => 0, baseType: () => undefined },
  });

/** -16 as SLEB128. */
const MINUS_16 = 0x70;
const SIMPLE: Readonly<Record<string, readonly number[]>> = {
  'a place in the frame': [DW_OP.fbreg, MINUS_16],
  'a place beyond the end of memory': [DW_OP.fbreg, 0x10],
  'a place behind a register': [DW_OP.breg0, MINUS_16],
  'a place behind a register at the end of memory': [DW_OP.breg0 + 2, 1],
  'the address of the frame': [DW_OP.call_frame_cfa],
  'an address': [DW_OP.addr, 0x78, 0x56, 0x34, 0x12],
  'a register': [DW_OP.reg0 + 2],
  'a small number as an address': [DW_OP.lit0 + 5],
  'an address that is the value': [DW_OP.addr, 0x78, 0x56, 0x34, 0xf2, DW_OP.stack_value],
  'a number that is the value': [DW_OP.lit31, DW_OP.stack_value],
  'a register and a number that are the value': [DW_OP.breg0 + 2, MINUS_16, DW_OP.stack_value],
  'a place of the frame that is the value': [DW_OP.fbreg, MINUS_16, DW_OP.stack_value],
};

describe('a location of one operation', () => {
  for (const [name, bytes] of Object.entries(SIMPLE))
    it(`is for ${name} what the stack machine makes of it`, () => {
      expect(place(bytes)).toEqual(evaluated(bytes));
    });

  it('is not known where its register is not', () => {
    expect(place([DW_OP.breg0 + 1, 4])).toBeUndefined();
    expect(placeIn(undefined, [DW_OP.breg0, 4])).toBeUndefined();
  });

  it('is none with more operations, or damaged ones', () => {
    expect(place([DW_OP.fbreg, 4, DW_OP.deref])).toBeUndefined();
    expect(place([DW_OP.reg0, DW_OP.stack_value])).toBeUndefined();
    expect(place([DW_OP.lit0, DW_OP.stack_value, DW_OP.lit0])).toBeUndefined();
    expect(place([DW_OP.addr, 1, 2])).toBeUndefined();
    expect(place([DW_OP.fbreg])).toBeUndefined();
    expect(place([])).toBeUndefined();
  });
});
