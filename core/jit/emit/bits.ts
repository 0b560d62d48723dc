/** Bit instructions, conversions of width, carry (SDM vol. 2). */
import { EAX, EDX, Flag, SYSFLAGS } from '../../cpu/state.ts';
import { Flags, type Operation } from '../ir.ts';
import { isMemory } from '../lift.ts';
import { Op } from '../wasm/opcodes.ts';
import type { FlagWriter } from './flags.ts';
import type { Frame } from './frame.ts';
import { open, read, setPart } from './operands.ts';

type Named<T extends Operation['op']> = Extract<Operation, { op: T }>;

export function emitBit(frame: Frame, flags: FlagWriter, operation: Named<'bit'>): void {
  const { code } = frame;
  const { name, width, to, bit, flags: live } = operation;
  const value = frame.temporary();
  const mask = frame.temporary();
  const place = frame.temporary();
  read(frame, bit, width);
  code.const(width - 1);
  code.op(Op.i32And);
  code.set(place);
  const target = name === 'bt' && isMemory(to) ? undefined : open(frame, to, width);
  if (target) target.read();
  else read(frame, to, width);
  code.set(value);
  if (target && name !== 'bt') {
    code.const(1);
    code.get(place);
    code.op(Op.i32Shl);
    code.set(mask);
    const changed = frame.temporary();
    code.get(value);
    code.get(mask);
    if (name === 'btr') {
      code.const(-1);
      code.op(Op.i32Xor, Op.i32And);
    } else code.op(name === 'bts' ? Op.i32Or : Op.i32Xor);
    code.set(changed);
    target.write(changed);
    frame.release(changed);
  }
  target?.close();
  if ((live & Flags.Carry) !== 0) {
    code.get(value);
    code.get(place);
    code.op(Op.i32ShrU);
    code.const(1);
    code.op(Op.i32And);
    flags.carry();
    flags.known = 'nothing';
  }
  frame.release(value, mask, place);
}

export function emitScan(frame: Frame, flags: FlagWriter, operation: Named<'scan'>): void {
  const { code, locals } = frame;
  const { forward, width, to, from, flags: live } = operation;
  const value = frame.temporary();
  const position = frame.temporary();
  read(frame, from, width);
  code.tee(value);
  code.if();
  code.get(value);
  if (forward) {
    code.op(Op.i32Ctz);
    code.set(position);
  } else {
    code.op(Op.i32Clz);
    code.const(31);
    code.op(Op.i32Xor);
    code.set(position);
  }
  setPart(frame, to, width, position);
  if ((live & Flags.Result) !== 0) {
    // ZF is clear; PF is that of the position.
    code.get(position);
    code.op(Op.i32Eqz);
    code.tee(locals.adjust);
    code.get(position);
    code.op(Op.i32Or);
    code.set(locals.result);
  }
  code.else();
  if ((live & Flags.Result) !== 0) {
    for (const local of [locals.result, locals.adjust]) {
      code.const(0);
      code.set(local);
    }
  }
  code.end();
  flags.none(live);
  if (live !== 0) flags.known = 'nothing';
  frame.release(value, position);
}

export function emitSwapBytes(frame: Frame, { to }: Named<'swap-bytes'>): void {
  const { code } = frame;
  // The bytes of odd and of even places, each rotated into place.
  frame.getRegister(to.register);
  code.const(8);
  code.op(Op.i32Rotl);
  code.const(0x00ff_00ff);
  code.op(Op.i32And);
  frame.getRegister(to.register);
  code.const(8);
  code.op(Op.i32Rotr);
  code.const(0xff00_ff00 | 0);
  code.op(Op.i32And, Op.i32Or);
  frame.setRegister(to.register);
}

export function emitWiden(frame: Frame, { width, high }: Named<'widen'>): void {
  const { code } = frame;
  const value = frame.temporary();
  frame.getRegister(EAX);
  if (width === 16) {
    if (high) {
      code.op(Op.i32Extend16S);
      code.const(31);
      code.op(Op.i32ShrS);
    } else code.op(Op.i32Extend8S);
  } else if (high) {
    code.const(31);
    code.op(Op.i32ShrS);
  } else code.op(Op.i32Extend16S);
  code.set(value);
  setPart(frame, { kind: 'register', register: high ? EDX : EAX, high: false }, width, value);
  frame.release(value);
}

export function emitCarry(frame: Frame, flags: FlagWriter, operation: Named<'carry'>): void {
  const { code } = frame;
  if ((operation.flags & Flags.Carry) === 0) return;
  if (operation.to === 'complement') {
    flags.getCarry();
    code.op(Op.i32Eqz);
  } else code.const(operation.to === 'set' ? 1 : 0);
  flags.carry();
  flags.known = 'nothing';
}

export function emitDirection(frame: Frame, { down }: Named<'direction'>): void {
  const { code } = frame;
  frame.storeState(SYSFLAGS, () => {
    frame.loadState(SYSFLAGS);
    code.const(down ? Flag.DF : ~Flag.DF);
    code.op(down ? Op.i32Or : Op.i32And);
  });
}
