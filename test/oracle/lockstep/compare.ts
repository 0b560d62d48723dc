/*
 * Owns the comparison: our machine goes one instruction for each record of QEMU's log, and must be in the same state
 * before every one of them, with the same bytes stored.
 *
 * What is undefined is taken over from QEMU after it was compared with the right mask: the registers at the kernel's
 * entry that the Multiboot Specification (3.2) leaves open, and the flags (and bits of LAR's result) that the last
 * instruction left undefined. So later instructions that store them (PUSHF) can be compared in full.
 */

import { Source } from '../../../core/cpu/interrupts/interrupts.ts';
import { Attr, CS, GDT_BASE, GDT_LIMIT, IDT_BASE, SS, TR } from '../../../core/cpu/state.ts';
import { createMachine, type Machine } from '../../../core/machine/machine.ts';
import { FpuState } from '../../../core/softfloat/softfloat.ts';
import { MEMORY_BYTES, type QemuLog } from './qemu.ts';
import {
  ARITHMETIC_FLAGS,
  isRepeatedCompare,
  mayWriteMmx,
  readsAndWrites,
  ignoredStores,
  resumeFlag,
  undefinedFlags,
  undefinedRegister,
  undefinedStatus,
} from './rules.ts';
import {
  describeDifference,
  ECX_FIELD,
  EFLAGS_FIELD,
  EIP_FIELD,
  ESP_FIELD,
  firstDifference,
  FPU_CONTROL_FIELD,
  FPU_STATUS_FIELD,
  FPU_VALID_FIELD,
  GDT_FIELD,
  newState,
  readMachine,
  type State,
  TR_FIELD,
  X87_FIELD,
  X87_WORDS,
} from './state.ts';
import { createTouchedMemory, type MemoryDifference } from './touched-memory.ts';

export interface LockstepResult {
  /** Instructions after which the states were the same. */
  readonly compared: number;
  /** How often QEMU logged an instruction again that it had not executed. */
  readonly repeatedRecords: number;
  /** After how many instructions something undefined was not the same. */
  readonly undefinedDifferences: number;
  /** Accessed bits of descriptors that QEMU left clear: see `touched-memory.ts`. */
  readonly accessedBits: number;
  /** How often QEMU's error code of a page fault was taken for ours: see `readsAndWrites`. */
  readonly deviations: number;
  /** The first difference, in words. */
  readonly difference: string | undefined;
  /** A byte of RAM that only the comparison at the end found different. */
  readonly endDifference: MemoryDifference | undefined;
  /** Instructions after which the byte `watch` had changed here. */
  readonly changes: readonly string[];
  readonly exitStatus: number | undefined;
  readonly com1: string;
}

const EBX = 3;
const PAGE_FAULT = 14;
/** Set in the type of a TSS descriptor of the 80386. */
const TSS_32 = 8;
const PF_WRITE = 2;

/** Takes over what is undefined at the kernel's entry. EAX, EIP, segments and CR0 are not. */
function adoptEntry(machine: Machine, theirs: State): void {
  const { reg32, state, mem } = machine.cpu.views;
  for (let r = 1; r < 8; r++) reg32[r] = theirs[r]!;
  machine.cpu.flags.setArithmetic(theirs[EFLAGS_FIELD]!);
  state[GDT_BASE] = theirs[GDT_FIELD]!;
  state[GDT_LIMIT] = theirs[GDT_FIELD + 1]!;
  mem.setUint32(FpuState.Control, theirs[FPU_CONTROL_FIELD]!, true);
  mem.setUint32(FpuState.Empty, ~theirs[FPU_VALID_FIELD]! & 0xff, true);
}

export interface LockstepOptions {
  /** For the test of the test: is called before each instruction. */
  readonly change?: (machine: Machine, step: number) => void;
  /** Physical address of a byte whose changes are told. */
  readonly watch?: number;
}

const hex = (value: number) => value.toString(16);
const hexBytes = (bytes: Uint8Array) => [...bytes].map((byte) => hex(byte).padStart(2, '0')).join(' ');

export async function compare(
  image: Uint8Array,
  log: QemuLog,
  { change = () => undefined, watch }: LockstepOptions = {},
): Promise<LockstepResult> {
  let com1 = '';
  const machine = createMachine(
    {
      memoryBytes: MEMORY_BYTES,
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
  const { cpu, inspector, memory } = machine;
  const { mem, segAttr } = cpu.views;
  const touched = createTouchedMemory(machine, image);
  const ours = newState();
  const before = newState();
  const last = newState();
  let bytes: Uint8Array = new Uint8Array(0);
  let wide = true;
  let ignored = 0;
  let ignoredStatus = 0;
  let steps = 0;
  let repeatedRecords = 0;
  let undefinedDifferences = 0;
  let deviations = 0;
  let difference: string | undefined;
  let exitStatus: number | undefined;
  const changes: string[] = [];

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

  /**
   * RF in the frame of a fault: a processor pushes it set (SDM vol. 3B, 17.3.1.1), QEMU 7.2 as it was. It is found behind
   * the address of the instruction that faulted, with an error code before that or without.
   */
  function pushAsQemu(eip: number): void {
    const space = inspector.currentSpace();
    const stack = (cpu.views.segBase[SS]! + ours[ESP_FIELD]!) >>> 0;
    const frame = inspector.read(space, stack, 16);
    if (frame.length < 16) return;
    const view = new DataView(frame.buffer);
    const at = [0, 4].find((offset) => view.getUint32(offset, true) === eip);
    if (at === undefined) return;
    const flags = stack + at + 8;
    const high = view.getUint16(at + 10, true);
    if ((high & 1) === 0) return;
    inspector.write(space, flags + 2, Uint8Array.of(high & ~1));
    deviations++;
  }

  /** Executes one instruction and finds out what it leaves undefined. */
  function step(): boolean {
    bytes = inspector.read(inspector.currentSpace(), cpu.linearEip(), 16);
    wide = (segAttr[CS]! & Attr.Big) !== 0;
    const cl = before[ECX_FIELD]! & 0xff;
    const eip = before[EIP_FIELD]!;
    const deliveries = cpu.deliveries();
    change(machine, steps);
    const watched = watch === undefined ? 0 : memory.bytes[watch]!;
    const result = machine.run(1);
    steps++;
    if (watch !== undefined && memory.bytes[watch] !== watched) changes.push(lastInstruction());
    if (result.kind === 'exit') exitStatus = result.status;
    else if (result.kind !== 'slice')
      difference = `our machine ended after ${String(steps)} steps: ${result.kind}`;
    const faulted = cpu.deliveries() !== deliveries && cpu.lastDeliverySource() === Source.Fault;
    readMachine(machine, ours);
    if (faulted) pushAsQemu(eip);
    if (faulted && readsAndWrites(bytes, wide)) reportAsRead();
    ignoredStatus = faulted ? 0 : undefinedStatus(bytes, wide);
    if (faulted) ignored = 0;
    else if (ours[EIP_FIELD] === eip && isRepeatedCompare(bytes)) ignored = ARITHMETIC_FLAGS;
    else ignored = undefinedFlags(bytes, cl, wide) | resumeFlag(bytes, wide);
    return result.kind === 'slice';
  }

  const lastInstruction = () =>
    `after ${String(steps)} instructions, the last at EIP ${hex(before[EIP_FIELD]!)} with the bytes ${hexBytes(bytes)}`;

  function report(theirs: State): string {
    return `${lastInstruction()} (undefined flags ${hex(ignored)}):\n${describeDifference(ours, theirs, before)}`;
  }

  /** QEMU's values for what the last instruction left undefined in general registers. */
  function adoptUndefined(theirs: State): void {
    const open = undefinedRegister(bytes, wide);
    if (open) adoptBits(open.register, open.bits, theirs);
    // What a 16-bit TSS has no room for is undefined.
    if (theirs[TR_FIELD] !== before[TR_FIELD] && (segAttr[TR]! & TSS_32) === 0)
      for (let register = 0; register < 8; register++) adoptBits(register, 0xffff_0000, theirs);
  }
  /** MMX instructions set the exponent of the register that they write to FFFFh (SDM vol. 1, 9.6.2); QEMU leaves it. */
  function adoptExponents(theirs: State): void {
    for (let n = 0; n < 8; n++) {
      const field = X87_FIELD + n * X87_WORDS;
      if (ours[field] !== 0xffff || theirs[field] === 0xffff) continue;
      mem.setUint16(FpuState.Registers + n * 16 + 8, theirs[field]!, true);
      ours[field] = theirs[field]!;
      deviations++;
    }
  }
  function adoptBits(register: number, bits: number, theirs: State): void {
    if (((ours[register]! ^ theirs[register]!) & bits) === 0) return;
    const { reg32 } = cpu.views;
    reg32[register] = (reg32[register]! & ~bits) | (theirs[register]! & bits);
    readMachine(machine, ours);
    undefinedDifferences++;
  }
  function adoptFlags(theirs: State): void {
    if (ours[EFLAGS_FIELD] !== theirs[EFLAGS_FIELD]) {
      undefinedDifferences++;
      cpu.flags.setArithmetic(theirs[EFLAGS_FIELD]!);
    }
    if (ours[FPU_STATUS_FIELD] !== theirs[FPU_STATUS_FIELD]) {
      undefinedDifferences++;
      mem.setUint32(FpuState.Status, theirs[FPU_STATUS_FIELD]!, true);
    }
  }

  function compareStores(): boolean {
    const store = touched.compareStores(bytes.length > 0 ? ignoredStores(bytes, wide) : []);
    if (store) difference ??= `${lastInstruction()}: ${describeMemory(store)}`;
    return store === undefined;
  }

  const heardAll = await log.forEach({
    state(theirs) {
      if (difference !== undefined || !compareStores()) return false;
      if (steps === 0 && last[EIP_FIELD] === 0) {
        adoptEntry(machine, theirs);
        readMachine(machine, ours);
      }
      adoptUndefined(theirs);
      if (mayWriteMmx(bytes, wide)) adoptExponents(theirs);
      if (firstDifference(ours, theirs, ignored, ignoredStatus) >= 0) {
        // QEMU leaves a block before its instruction when the main loop calls, and logs it again.
        if (steps > 0 && firstDifference(theirs, last, 0, 0) < 0) {
          repeatedRecords++;
          return true;
        }
        difference = report(theirs);
        return false;
      }
      adoptFlags(theirs);
      last.set(theirs);
      before.set(theirs);
      // The last instruction ends the log: what QEMU stored in it comes still.
      step();
      return true;
    },
    store: (physical, stored) => {
      touched.stored(physical, stored);
    },
  });
  compareStores();
  let endDifference: MemoryDifference | undefined;
  if (difference === undefined && heardAll && exitStatus !== undefined) {
    endDifference = await touched.compareAll(log.memory());
    if (endDifference) difference = `at the end: ${describeMemory(endDifference)}`;
  }
  return {
    ...{
      compared: steps,
      repeatedRecords,
      undefinedDifferences,
      deviations,
      difference,
      endDifference,
      changes,
    },
    ...{ accessedBits: touched.accessedBits(), exitStatus, com1 },
  };
}

function describeMemory({ physical, ours, theirs }: MemoryDifference): string {
  return `the byte at physical ${hex(physical)} is ${hex(ours)} here and ${hex(theirs)} on QEMU`;
}

/** For the test of the test: the register that a change there must be seen in. */
export const SEEN_REGISTER = EBX;
