/** IN and OUT with the I/O permission check (SDM vol. 1, section 19.5). */
import type { Handler } from '../decode/insn.ts';
import { both, type OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { CPL, DEBUG_IO, EAX, EDX, Flag, SYSFLAGS, TR, V86, PROTECTED } from '../state.ts';

/**
 * Checks that `size` bytes at `port` may be used: by IOPL, else by the I/O bitmap of a 32-bit TSS.
 * @throws CpuFault #GP(0).
 */
export function checkPort(env: CpuEnv, port: number, size: number): void {
  const {
    views: { state, segBase, segLimit, segAttr },
    mmu,
    faults: { gp },
  } = env;
  if (state[PROTECTED] === 0 && state[V86] === 0) return;
  if (state[V86] === 0 && state[CPL] <= (state[SYSFLAGS] & Flag.IOPL) >>> 12) return;
  const limit = segLimit[TR];
  if ((segAttr[TR] & 0x88) !== 0x88 || limit < 0x67) gp(0);
  const map = mmu.readSystem(segBase[TR] + 0x66, 2) + (port >>> 3);
  // Two bytes are always read, so the second must lie inside the TSS too.
  if (map + 1 > limit) gp(0);
  const bits = mmu.readSystem(segBase[TR] + map, 2) >>> (port & 7);
  if ((bits & ((1 << size) - 1)) !== 0) gp(0);
}

export function defineIo(map: OpcodeMap, env: CpuEnv): void {
  const {
    views: { state, reg8, reg16, reg32 },
    debug,
    ports,
  } = env;

  const input =
    (size: number, store: (value: number) => void, port: (imm: number) => number): Handler =>
    (i) => {
      const number = port(i.imm);
      checkPort(env, number, size);
      store(ports.read(number, size));
      if (state[DEBUG_IO] !== 0) debug.io(number, size);
    };
  const output =
    (size: number, load: () => number, port: (imm: number) => number): Handler =>
    (i) => {
      const number = port(i.imm);
      checkPort(env, number, size);
      ports.write(number, load(), size);
      if (state[DEBUG_IO] !== 0) debug.io(number, size);
    };
  const sources: [opcode: number, imm: 'u8' | 'none', port: (imm: number) => number][] = [
    [0xe4, 'u8', (imm) => imm],
    [0xec, 'none', () => reg16[EDX * 2]],
  ];
  for (const [opcode, imm, port] of sources) {
    map.define(opcode, { imm, ends: true, reg: both(input(1, (v) => (reg8[EAX] = v), port)) });
    map.define(opcode + 1, {
      imm,
      ends: true,
      reg: [input(2, (v) => (reg16[EAX] = v), port), input(4, (v) => (reg32[EAX] = v), port)],
    });
    map.define(opcode + 2, { imm, ends: true, reg: both(output(1, () => reg8[EAX], port)) });
    map.define(opcode + 3, {
      imm,
      ends: true,
      reg: [output(2, () => reg16[EAX], port), output(4, () => reg32[EAX] >>> 0, port)],
    });
  }
}
