import { describe, expect, it } from 'vitest';
import type { VectorRecord } from '../../testing/vector-record.ts';
import { createVectorRunner } from '../../testing/vectors.ts';

/** Registers EAX and EDX before, EFLAGS before; EAX and EFLAGS after. CL is 0. */
function run(code: string, eax: number, edx: number, flags: number, result: number, after: number) {
  const record: VectorRecord = {
    n: code,
    c: code,
    r: [eax, 0, edx, 0, 0x40_1000, 0, 0, 0],
    f: flags,
    E: 0x20_0100 + code.length / 2,
    F: after,
    R: [[0, result]],
  };
  return createVectorRunner().run(record, 'shift');
}
const OF = 0x800;
const CF = 1;
const PF = 4;

describe('OF of shifts by more than 1, as processors leave it', () => {
  it('is that of a shift by 1', () => {
    // SHL AX, 3 of 4000h: a shift by 1 changes the sign.
    expect(run('66c1e003', 0x4001, 0, 2, 0x0008, OF)).toBeUndefined();
    // SHR AL, 4 of F1h: the sign bit leaves.
    expect(run('c0e804', 0xf1, 0, 2, 0x0f, OF | PF)).toBeUndefined();
  });
  it('stays for ROL and ROR of a register by an immediate', () => {
    expect(run('c0c004', 0x12, 0, OF | 2, 0x21, OF | CF)).toBeUndefined();
    expect(run('c0c804', 0x12, 0, 2, 0x21, 0)).toBeUndefined();
  });
});

describe('16-bit SHLD with a count above 16', () => {
  it('goes on with the destination behind the source', () => {
    // AX:DX:AX << 20: the lower three digits of DX, then the upper one of AX.
    expect(run('660fa4d014', 0x8234, 0x5678, 2, 0x6788, CF | PF | OF)).toBeUndefined();
  });
});
