import { describe, expect, it } from 'vitest';
import type { FpuState } from '../core/protocol/machine-protocol.ts';
import { fpuRegisters } from './fpu-registers.ts';
import { rowText } from './registers.ts';

/** TOP = 6: R6 = 1.5, R7 = pi; XMM0 = the singles 1, 2, 3, 0.1. */
function sample(): FpuState {
  const registers = new Uint8Array(128);
  const x87 = new DataView(registers.buffer);
  x87.setBigUint64(6 * 16, 3n << 62n, true);
  x87.setUint16(6 * 16 + 8, 0x3fff, true);
  x87.setBigUint64(7 * 16, 0xc90fdaa22168c235n, true);
  x87.setUint16(7 * 16 + 8, 0x4000, true);
  const xmm = new Uint8Array(128);
  [1, 2, 3, 0.1].forEach((value, n) => {
    new DataView(xmm.buffer).setFloat32(n * 4, value, true);
  });
  const last = { opcode: 0x5c3, cs: 8, ip: 0x100010, ds: 0x10, dp: 0x200000 };
  return { control: 0x37f, status: 0x3021, valid: 0xc0, last, registers, mxcsr: 0x5f80, xmm };
}

const rows = (group: string) =>
  Object.fromEntries(
    fpuRegisters(sample())
      .find(({ name }) => name === group)!
      .rows.map((row) => [row.name, rowText(row, undefined)]),
  );

describe('the floating-point registers of the Variables view', () => {
  it('number the x87 stack from its top', () => {
    expect(rows('x87')).toMatchObject({
      st0: '1.5 (0x3fff:c000000000000000)',
      st1: '3.14159265358979323851 (0x4000:c90fdaa22168c235)',
      st2: '<empty>',
    });
  });

  it('spell out control and status', () => {
    expect(rows('x87')).toMatchObject({
      fctrl: '0x037f [IM DM ZM OM UM PM] rounding nearest, precision extended',
      fstat: '0x3021 [IE PE] TOP=6',
      fiseg: '0x0008',
      fioff: '0x00100010',
    });
    expect(rows('SSE').mxcsr).toBe('0x00005f80 [IM DM ZM OM UM PM] rounding up');
  });

  it('show XMM registers in each way they are used', () => {
    expect(rows('SSE').xmm0).toMatch(/^0x3dcccccd40400000400000003f800000 float \{1, 2, 3, 0\.1\} double \{/);
  });

  it('show MMX registers by their physical numbers', () => {
    expect(rows('MMX').mm7).toBe('0xc90fdaa22168c235 words {-15819, 8552, -9566, -14065}');
  });
});
