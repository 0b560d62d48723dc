/** Runs one program in several tiers, in the same slices and with interrupts at the same counts, and compares all state. */
import {
  createBareMachine,
  CODE,
  CODE0,
  DATA,
  IDT,
  STACK,
  type BareMachine,
} from '../../cpu/testing/bare-machine.ts';
import {
  BRANCH_COUNT,
  EAX,
  EBP,
  EBX,
  ECX,
  EDI,
  EDX,
  EIP,
  ESI,
  ESP,
  HALTED,
  MID_REP,
  SHADOW,
  Double,
} from '../../cpu/state.ts';
import { Exit } from '../../cpu/cpu.ts';
import { createRandom } from '../../testing/random.ts';
import type { Tier } from '../tier.ts';
import { randomProgram } from './random-program.ts';

const INTERRUPT = 0x20;
/** Behind the handlers of the machine: counts interrupts, and mends divisions. */
const HANDLER_CODE = 0x8000;
const INTERRUPTS = DATA + 0xff0;
const AREAS = [
  [CODE, 0x2000],
  [DATA - 0x100, 0x1200],
  [STACK - 0x200, 0x200],
] as const;

interface Subject {
  readonly tier: Tier;
  readonly machine: BareMachine;
}

function gate(machine: BareMachine, vector: number, handler: number): void {
  machine.dword(IDT + vector * 8, (CODE0 << 16) | (handler & 0xffff));
  machine.dword(IDT + vector * 8 + 4, (handler & 0xffff_0000) | 0x8e00);
}

function createSubject(tier: Tier): Subject {
  const machine: BareMachine = createBareMachine(
    {
      acknowledgeInterrupt() {
        machine.cpu.setIntr(false);
        return INTERRUPT;
      },
    },
    'max',
    tier,
  );
  // inc dword [INTERRUPTS]; iret
  const tick = machine.bytes(HANDLER_CODE, 0xff, 0x05, ...bytesOf(INTERRUPTS), 0xcf);
  gate(machine, INTERRUPT, HANDLER_CODE);
  // mov ecx, 3; xor edx, edx; mov eax, 100; iret
  machine.bytes(tick, 0xb9, 3, 0, 0, 0, 0x31, 0xd2, 0xb8, 100, 0, 0, 0, 0xcf);
  gate(machine, 0, tick);
  return { tier, machine };
}

const bytesOf = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

function load({ machine }: Subject, program: Uint8Array, seed: number): void {
  const random = createRandom(seed);
  const { cpu, memory } = machine;
  memory.fill(CODE, 0x2000, 0xf4);
  memory.writeBytes(CODE, program);
  for (const [at, length] of AREAS.slice(1))
    memory.writeBytes(
      at,
      Uint8Array.from({ length }, () => random(256)),
    );
  const { reg32, state } = cpu.views;
  for (const register of [EAX, ECX, EDX, ESI, EDI]) reg32[register] = random(2 ** 32);
  reg32[EBX] = DATA;
  reg32[EBP] = DATA + 0x400;
  reg32[ESP] = STACK;
  state[EIP] = CODE;
  state[HALTED] = 0;
  state[MID_REP] = 0;
  cpu.setIntr(false);
  cpu.flags.set(0x202);
}

/** Everything that a program may see or leave, as text. */
function describe({ machine }: Subject): string {
  const { cpu, memory } = machine;
  const { reg32, state, segSel, branches } = cpu.views;
  const registers = [...reg32.subarray(0, 8)].map((value) => (value >>> 0).toString(16)).join(' ');
  let sum = 0;
  for (const [at, length] of AREAS)
    for (let n = at; n < at + length; n++) sum = (Math.imul(sum, 31) + memory.bytes[n]!) | 0;
  let taken = 0;
  for (const word of branches) taken = (Math.imul(taken, 31) + word) | 0;
  return [
    `segments ${[...segSel.subarray(0, 6)].join(' ')} shadow ${state[SHADOW]}`,
    `${registers} eip ${state[EIP].toString(16)} eflags ${cpu.flags.get().toString(16)}`,
    `tick ${cpu.now() - started.get(machine)!} memory ${sum} branches ${state[BRANCH_COUNT]} ${taken} halted ${state[HALTED]}`,
  ].join(' ');
}

const started = new WeakMap<BareMachine, number>();

export interface Difference {
  readonly seed: number;
  readonly tier: Tier;
  readonly expected: string;
  readonly found: string;
}

/** A comparison of tiers, the first of which is right. */
export function createComparison(tiers: readonly Tier[]): (seed: number) => Difference | undefined {
  const subjects = tiers.map(createSubject);
  return (seed) => {
    const random = createRandom(seed);
    const { bytes } = randomProgram(random);
    for (const subject of subjects) {
      load(subject, bytes, seed);
      started.set(subject.machine, subject.machine.cpu.now());
    }
    for (let slice = 0; slice < 12; slice++) {
      const ticks = 1 + random(slice < 4 ? 40 : 1500);
      const interrupts = random(2) === 0;
      const exits = subjects.map(({ machine: { cpu } }) => {
        if (interrupts) cpu.setIntr(true);
        cpu.views.doubles[Double.Until] = cpu.now() + ticks;
        return cpu.run();
      });
      const [expected, ...others] = subjects.map((subject, n) => `${exits[n]} ${describe(subject)}`);
      for (const [n, found] of others.entries())
        if (found !== expected) return { seed, tier: tiers[n + 1]!, expected: expected!, found };
      if (exits[0] === Exit.Halted && !interrupts) break;
    }
    return undefined;
  };
}
