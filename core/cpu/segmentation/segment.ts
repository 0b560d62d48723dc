/** Selector instructions: LAR, LSL, VERR, VERW, ARPL, SLDT, STR, LLDT, LTR (SDM vol. 2). */
import { both, type BySize, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { Vector } from '../interrupts/fault.ts';
import { Descriptor } from './segmentation.ts';
import { CPL, Flag, LDTR, PROTECTED, TR } from '../state.ts';

export function defineSegment(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, reg16, reg32, segSel, segAttr },
    access: { read16, write16 },
    segmentation,
    flags,
    mmu,
    faults: { ud, gp, raise },
    ea,
  } = env;
  const descriptor = new Descriptor();

  function setZero(value: boolean): void {
    flags.setArithmetic((flags.get() & ~Flag.ZF) | (value ? Flag.ZF : 0));
  }
  function protectedOnly(): void {
    if (state[PROTECTED] === 0) ud();
  }

  /** `true` when the selector names a descriptor that the current privilege may see. */
  function visible(selector: number, systemTypes: number): boolean {
    if ((selector & 0xfffc) === 0 || !segmentation.tryRead(selector, descriptor)) return false;
    const { type, dpl } = descriptor;
    if (type < 0x10 && ((systemTypes >>> type) & 1) === 0) return false;
    if ((type & 0x1c) === 0x1c) return true;
    return dpl >= state[CPL] && dpl >= (selector & 3);
  }

  /** System types that LAR and LSL accept, as bit sets (SDM vol. 2A, tables 3-52 and 3-60). */
  const LAR_TYPES = 0b0001_1010_0011_1110;
  const LSL_TYPES = 0b0000_1010_0000_1110;

  const query = (opcode: number, types: number, result: () => number) => {
    const run = (selector: number, store: (value: number) => void) => {
      const ok = visible(selector, types);
      setZero(ok);
      if (ok) store(result());
    };
    map.define(opcode, {
      modrm: true,
      rmWidth: 16,
      reg: [
        (i) => {
          protectedOnly();
          run(reg16[i.rm], (v) => (reg16[i.reg] = v));
        },
        (i) => {
          protectedOnly();
          run(reg16[i.rm], (v) => (reg32[i.reg] = v));
        },
      ],
      mem: [
        (i) => {
          protectedOnly();
          run(read16(i.seg, ea(i)), (v) => (reg16[i.reg] = v));
        },
        (i) => {
          protectedOnly();
          run(read16(i.seg, ea(i)), (v) => (reg32[i.reg] = v));
        },
      ],
    });
  };
  query(0x102, LAR_TYPES, () => descriptor.high & 0x00ff_ff00);
  query(0x103, LSL_TYPES, () => descriptor.limit);

  const verify = (write: boolean) => (selector: number) => {
    const ok = visible(selector, 0);
    const { type } = descriptor;
    const code = (type & 8) !== 0;
    setZero(ok && (write ? !code && (type & 2) !== 0 : !code || (type & 2) !== 0));
  };

  function loadLdt(selector: number): void {
    if (state[CPL] !== 0) gp(0);
    if ((selector & 0xfffc) === 0) {
      segmentation.fillNull(LDTR, selector);
      return;
    }
    const error = selector & 0xfffc;
    if ((selector & 4) !== 0) gp(error);
    segmentation.read(selector, descriptor);
    if (descriptor.type !== 2) gp(error);
    if (!descriptor.present) raise(Vector.NP, error);
    segmentation.fill(LDTR, selector, descriptor);
  }
  function loadTask(selector: number): void {
    if (state[CPL] !== 0) gp(0);
    if ((selector & 0xfffc) === 0) gp(0);
    const error = selector & 0xfffc;
    if ((selector & 4) !== 0) gp(error);
    segmentation.read(selector, descriptor);
    if ((descriptor.type & 0x17) !== 1) gp(error);
    if (!descriptor.present) raise(Vector.NP, error);
    // The descriptor becomes busy.
    descriptor.high |= 0x200;
    mmu.writeSystem(descriptor.address + 4, descriptor.high, 4);
    segmentation.fill(TR, selector, descriptor);
    segAttr[TR] |= 2;
  }

  const store = (seg: number): { reg: BySize; mem: BySize } => ({
    reg: [
      (i) => {
        protectedOnly();
        reg16[i.rm] = segSel[seg];
      },
      (i) => {
        protectedOnly();
        reg32[i.rm] = segSel[seg];
      },
    ],
    mem: both((i) => {
      protectedOnly();
      write16(i.seg, ea(i), segSel[seg]);
    }),
  });
  const take = (use: (selector: number) => void) => ({
    rmWidth: 16 as const,
    reg: both((i) => {
      protectedOnly();
      use(reg16[i.rm]);
    }),
    mem: both((i) => {
      protectedOnly();
      if (use === loadLdt || use === loadTask) if (state[CPL] !== 0) gp(0);
      use(read16(i.seg, ea(i)));
    }),
  });
  map.group(0x100, [
    store(LDTR),
    store(TR),
    { ...take(loadLdt), ends: true },
    { ...take(loadTask), ends: true },
    take(verify(false)),
    take(verify(true)),
  ]);

  /** The destination with its RPL raised to the source's. */
  const adjust = (destination: number, source: number): number =>
    (destination & 3) < (source & 3) ? (destination & 0xfffc) | (source & 3) : destination;
  map.define(0x63, {
    modrm: true,
    regWidth: 16,
    rmWidth: 16,
    reg: both((i) => {
      protectedOnly();
      const value = reg16[i.rm];
      reg16[i.rm] = adjust(value, reg16[i.reg]);
      setZero(reg16[i.rm] !== value);
    }),
    mem: both((i) => {
      protectedOnly();
      // Written only when it changes: ARPL on a read-only page is legal as long as it need not adjust.
      const offset = ea(i);
      const value = read16(i.seg, offset);
      const adjusted = adjust(value, reg16[i.reg]);
      if (adjusted !== value) write16(i.seg, offset, adjusted);
      setZero(adjusted !== value);
    }),
  });
}
