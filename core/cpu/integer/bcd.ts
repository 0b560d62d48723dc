/** Decimal adjustment: DAA, DAS, AAA, AAS, AAM, AAD (SDM vol. 2A, operation sections). */
import { both, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { EAX, Flag } from '../state.ts';
import type { Arithmetic } from './alu.ts';

export function defineBcd(map: OpcodeMap, env: CpuEnv, { add }: Arithmetic): void {
  const {
    views: { reg8, reg16 },
    flags,
    faults: { raise },
  } = env;
  const AH = 1;

  /** Result flags of AL, with the given CF and AF and OF cleared. */
  function finish(carry: boolean, auxiliary: boolean): void {
    flags.setResult((reg8[EAX] << 24) >> 24, carry ? 1 : 0, 0);
    flags.setArithmetic((flags.get() & ~Flag.AF) | (auxiliary ? Flag.AF : 0));
  }

  const decimal = (sign: 1 | -1) => () => {
    const before = flags.get();
    const al = reg8[EAX];
    const auxiliary = (al & 15) > 9 || (before & Flag.AF) !== 0;
    let carry = false;
    if (auxiliary) {
      reg8[EAX] += sign * 6;
      // DAS also borrows when AL was below 6.
      carry = (before & Flag.CF) !== 0 || (sign < 0 && al < 6);
    }
    if (al > 0x99 || (before & Flag.CF) !== 0) {
      reg8[EAX] += sign * 0x60;
      carry = true;
    } else if (sign > 0) carry = false;
    finish(carry, auxiliary);
  };
  map.define(0x27, { reg: both(decimal(1)) });
  map.define(0x2f, { reg: both(decimal(-1)) });

  const ascii = (sign: 1 | -1) => () => {
    const adjust = (reg8[EAX] & 15) > 9 || (flags.get() & Flag.AF) !== 0;
    if (adjust) reg16[EAX] += sign * 0x106;
    const carry = adjust ? 1 : 0;
    reg8[EAX] &= 15;
    // SF, ZF, PF and OF are undefined.
    finish(carry !== 0, adjust);
  };
  map.define(0x37, { reg: both(ascii(1)) });
  map.define(0x3f, { reg: both(ascii(-1)) });

  map.define(0xd4, {
    imm: 'u8',
    reg: both((i) => {
      if (i.imm === 0) raise(Vector.DE);
      const al = reg8[EAX];
      reg8[AH] = Math.floor(al / i.imm);
      reg8[EAX] = al % i.imm;
      finish(false, false);
    }),
  });
  map.define(0xd5, {
    imm: 'u8',
    reg: both((i) => {
      // The flags that the manual leaves undefined are those of the 8-bit addition.
      const sum = add.w8(reg8[EAX], (reg8[AH] * i.imm) & 0xff);
      reg16[EAX] = sum & 0xff;
    }),
  });
}
