/*
 * Owns the comparison: our machine goes one instruction for each record of QEMU's log, and must be in the same state
 * before every one of them.
 *
 * What is undefined is taken over from QEMU after it was compared with the right mask: the registers at the kernel's
 * entry that the Multiboot Specification (3.2) leaves open, and the flags (and bits of LAR's result) that the last
 * instruction left undefined. So later instructions that store them (PUSHF) can be compared in full.
 */

import { createMachine, type Machine } from '../../core/machine/machine.ts';
import { Source } from '../../core/cpu/interrupts/interrupts.ts';
import { GDT_BASE, GDT_LIMIT, IDT_BASE } from '../../core/cpu/state.ts';
import {
  ARITHMETIC_FLAGS,
  isRepeatedCompare,
  readsAndWrites,
  resumeFlag,
  undefinedFlags,
  undefinedRegister,
} from './lockstep-rules.ts';
import type { QemuLog } from './lockstep-qemu.ts';
import {
  describeDifference,
  ECX_FIELD,
  EFLAGS_FIELD,
  EIP_FIELD,
  ESP_FIELD,
  firstDifference,
  GDT_FIELD,
  newState,
  readMachine,
  type State,
} from './lockstep-state.ts';

export interface LockstepResult {
  /** Instructions after which the states were the same. */
  readonly compared: number;
  /** How often QEMU logged an instruction again that it had not executed. */
  readonly repeatedRecords: number;
  /** After how many instructions something undefined was not the same. */
  readonly undefinedDifferences: number;
  /** How often QEMU's error code of a page fault was taken for ours: see `readsAndWrites`. */
  readonly deviations: number;
  /** The first difference, in words. */
  readonly difference: string | undefined;
  readonly exitStatus: number | undefined;
  readonly com1: string;
}

const EBX = 3;
const PAGE_FAULT = 14;
const PF_WRITE = 2;

/** Takes over what is undefined at the kernel's entry. EAX, EIP, segments and CR0 are not. */
function adoptEntry(machine: Machine, theirs: State): void {
  const { reg32, state } = machine.cpu.views;
  for (let r = 1; r < 8; r++) reg32[r] = theirs[r]!;
  machine.cpu.flags.setArithmetic(theirs[EFLAGS_FIELD]!);
  state[GDT_BASE] = theirs[GDT_FIELD]!;
  state[GDT_LIMIT] = theirs[GDT_FIELD + 1]!;
}

/** @param change for the test of the test: is called before each instruction. */
export async function compare(
  image: Uint8Array,
  log: QemuLog,
  change: (machine: Machine, step: number) => void = () => undefined,
): Promise<LockstepResult> {
  let com1 = '';
  const machine = createMachine(
    {
      memoryBytes: 128 << 20,
      kernel: { bytes: image, name: 'lockstep.elf', args: '' },
      modules: [],
      rtcSeconds: 0,
    },
    {
      serial: (port, byte) => {
        if (port === 'com1') com1 += String.fromCharCode(byte);
      },
      debugcon: () => undefined,
      log: () => undefined,
    },
  );
  const { cpu, inspector } = machine;
  const ours = newState();
  const before = newState();
  const last = newState();
  let bytes: Uint8Array = new Uint8Array(0);
  let ignored = 0;
  let steps = 0;
  let repeatedRecords = 0;
  let undefinedDifferences = 0;
  let deviations = 0;
  let difference: string | undefined;
  let exitStatus: number | undefined;

  /** Makes the error code on the stack of the page-fault handler the one of a read: see `readsAndWrites`. */
  function reportAsRead(): void {
    const space = inspector.currentSpace();
    const dword = (address: number) =>
      new DataView(inspector.read(space, address, 4).buffer).getUint32(0, true);
    const gate = (cpu.views.state[IDT_BASE]! + PAGE_FAULT * 8) >>> 0;
    const handler = ((dword(gate + 4) & 0xffff_0000) | (dword(gate) & 0xffff)) >>> 0;
    if (ours[EIP_FIELD] !== handler) return;
    const stack = ours[ESP_FIELD]!;
    inspector.write(space, stack, Uint8Array.of(dword(stack) & ~PF_WRITE));
    deviations++;
  }

  /** Executes one instruction and finds out which flags it leaves undefined. */
  function step(): boolean {
    bytes = inspector.read(inspector.currentSpace(), cpu.linearEip(), 16);
    const cl = before[ECX_FIELD]! & 0xff;
    const eip = before[EIP_FIELD];
    const deliveries = cpu.deliveries();
    change(machine, steps);
    const result = machine.run(1);
    steps++;
    if (result.kind === 'exit') exitStatus = result.status;
    else if (result.kind !== 'slice')
      difference = `our machine ended after ${String(steps)} steps: ${result.kind}`;
    const faulted = cpu.deliveries() !== deliveries && cpu.lastDeliverySource() === Source.Fault;
    readMachine(machine, ours);
    if (faulted && readsAndWrites(bytes)) reportAsRead();
    if (faulted) ignored = 0;
    else if (ours[EIP_FIELD] === eip && isRepeatedCompare(bytes)) ignored = ARITHMETIC_FLAGS;
    else ignored = undefinedFlags(bytes, cl) | resumeFlag(bytes);
    return result.kind === 'slice';
  }

  function report(theirs: State): string {
    const code = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return (
      `after ${String(steps)} instructions, the last at EIP ${before[EIP_FIELD]!.toString(16)} with the bytes ${code} ` +
      `(undefined flags ${ignored.toString(16)}):\n${describeDifference(ours, theirs, before)}`
    );
  }

  await log.forEach((theirs) => {
    if (steps === 0 && last[EIP_FIELD] === 0) {
      adoptEntry(machine, theirs);
      readMachine(machine, ours);
    }
    const open = undefinedRegister(bytes);
    if (open && ((ours[open.register]! ^ theirs[open.register]!) & open.bits) !== 0) {
      const { reg32 } = cpu.views;
      reg32[open.register] = (reg32[open.register]! & ~open.bits) | (theirs[open.register]! & open.bits);
      readMachine(machine, ours);
      undefinedDifferences++;
    }
    if (firstDifference(ours, theirs, ignored) >= 0) {
      // QEMU leaves a block before its instruction when the main loop calls, and logs it again.
      if (steps > 0 && firstDifference(theirs, last, 0) < 0) {
        repeatedRecords++;
        return true;
      }
      difference = report(theirs);
      return false;
    }
    if (ours[EFLAGS_FIELD] !== theirs[EFLAGS_FIELD]) {
      undefinedDifferences++;
      cpu.flags.setArithmetic(theirs[EFLAGS_FIELD]!);
    }
    last.set(theirs);
    before.set(theirs);
    return step();
  });
  return { compared: steps, repeatedRecords, undefinedDifferences, deviations, difference, exitStatus, com1 };
}

/** For the test of the test: the register that a change there must be seen in. */
export const SEEN_REGISTER = EBX;
