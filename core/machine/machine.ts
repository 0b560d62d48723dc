/**
 * The emulated PC: memory, CPU, buses and devices wired together, and the loop that lets time pass.
 *
 * A run is a function of (images, configuration, input log): everything from outside goes through `inputs`, stamped with
 * the tick at which it arrived. `run` advances the machine by a number of ticks and says why it came back; nobody's
 * slicing of time changes what the machine does.
 */
import type { ExecutionObserver } from '../cpu/decode/observe.ts';
import type { KernelSource } from '../boot/load-kernel.ts';
import { Exit, type Cpu } from '../cpu/cpu.ts';
import type { FaultCause } from '../cpu/interrupts/exceptions.ts';
import { NMI_PENDING } from '../cpu/interrupts/nmi.ts';
import { BREAK, CS, Double, EIP, Flag, HALTED, INTR, NMI_STATE, SYSFLAGS } from '../cpu/state.ts';
import { createDebugTaps, type DebugCore } from '../debug/debug-core.ts';
import { DebugconE9 } from '../devices/debugcon-e9.ts';
import type { AccessSize, Device, Logger } from '../devices/device.ts';
import { IoBus } from '../devices/io-bus.ts';
import { IsaDebugExit } from '../devices/isa-debug-exit.ts';
import { Pic8259 } from '../devices/pic8259.ts';
import { Pit8254 } from '../devices/pit8254.ts';
import { PostPorts } from '../devices/post-ports.ts';
import { encodeRtcBase, RTC_CHANNEL, RtcMc146818 } from '../devices/rtc-mc146818.ts';
import { SystemControl } from '../devices/system-control.ts';
import { Uart16550 } from '../devices/uart16550.ts';
import { VgaCrtc } from '../devices/vga-crtc.ts';
import { STATE_BASE } from '../memory/layout.ts';
import { FpuState } from '../softfloat/softfloat.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import type { DeviceSpecs } from '../protocol/device-protocol.ts';
import type { CaughtEvent, DeviceState } from '../protocol/debug-protocol.ts';
import type { SerialPort, WatchHit } from '../protocol/machine-protocol.ts';
import { Clock, NANOSECONDS_PER_TICK } from '../time/clock.ts';
import { InputLog } from '../time/input-log.ts';
import { createDebuggerWrites } from './debugger-writes.ts';
import { createInspector, type Inspector } from './inspector.ts';
import { createOutside, type DeviceOutputs, type Outside } from './outside.ts';
import { deviceStates } from './device-states.ts';
import { createPassages, type Passages } from './passages.ts';
import { createPciDevices } from './pci-devices.ts';
import { type BiosSource, powerOn } from './power-on.ts';
import { createProcessor, type Processor, type ProcessorSettings } from './processor.ts';
import { createStateHash } from './state-hash.ts';
import { createTraffic, type Traffic } from './traffic.ts';
import type { Sentence } from '../sentences/say.ts';

/** Input channel of the NMI button. */
const NMI_CHANNEL = 'nmi';

export interface MachineSettings extends ProcessorSettings {
  /** Wall clock at boot, seconds since 1970. */
  readonly rtcSeconds: number;
  /** What is on the PCI bus beside its bridges. */
  readonly devices?: DeviceSpecs;
}

export type MachineConfig = MachineSettings & (KernelSource | BiosSource);

/** What leaves the machine. */
export interface MachineOutputs {
  serial(port: SerialPort, byte: number): void;
  debugcon(byte: number): void;
  /** A write to one of the POST ports: 80h, 84h, 190h. */
  post?(port: number, value: number): void;
  /** An access that nothing in the machine answers, in words. */
  log(text: string): void;
  /** Where devices whose other end is outside send what they have to say. */
  readonly devices?: DeviceOutputs;
  /** For coverage reports; makes the machine slower where it is given. */
  readonly onExecute?: ExecutionObserver;
}

export type RunResult =
  /** The asked-for ticks have passed. */
  | { readonly kind: 'slice' }
  /** The CPU is halted until `wake` (a tick; Infinity when nothing will ever wake it but input). */
  | { readonly kind: 'halted'; readonly wake: number }
  | { readonly kind: 'breakpoint' }
  /** Watched bytes were touched, or something happened that is waited for. */
  | {
      readonly kind: 'event';
      readonly watchpoints: readonly WatchHit[];
      readonly caught: readonly CaughtEvent[];
      /** Why conditions of these had no value. */
      readonly problems: readonly Sentence[];
    }
  /** The next instruction is outside of what the processor's guard allows. */
  | { readonly kind: 'guard' }
  | { readonly kind: 'shutdown'; readonly causes: readonly FaultCause[] }
  /** The guest wrote to isa-debug-exit. */
  | { readonly kind: 'exit'; readonly status: number }
  /** The guest reset the machine (keyboard controller, port 92h). */
  | { readonly kind: 'reset' };

export interface Machine {
  readonly memory: PhysicalMemory;
  readonly cpu: Cpu;
  readonly clock: Clock;
  readonly inputs: InputLog;
  readonly passages: Passages;
  readonly inspector: Inspector;
  readonly debug: DebugCore;
  /** Runs for at most `ticks`. Halted time is not skipped: see `skipTo`. */
  run(ticks: number): RunResult;
  /** Makes `run` come back after the current instruction, as if its ticks had passed. */
  interruptRun(): void;
  /** Lets halted time pass up to a tick that is not beyond the next deadline. */
  skipTo(tick: number): void;
  /** Interrupts are off and the CPU is halted: only an NMI or a reset could wake it. */
  readonly dead: () => boolean;
  receive(port: SerialPort, bytes: Uint8Array): void;
  /** Presses the NMI button. */
  nmi(): void;
  /**
   * Writes a register from outside, through the input log. The machine stands between two instructions.
   * @param value a word, or little-endian bytes
   * @returns why the processor refuses it, a whole sentence; `undefined` when it was written
   */
  writeRegister(name: string, value: number | Uint8Array): Sentence | undefined;
  /** The other ends of its devices. */
  readonly outside: Outside;
  /** What has passed between devices and their other ends. */
  readonly traffic: Traffic;
  readonly instructions: () => number;
  readonly virtualNanoseconds: () => number;
  /** The states of all devices, to be looked at. */
  deviceStates(): DeviceState[];
  hash(): string;
}

const asSize = (size: number) => size as AccessSize;

/**
 * @param processor one that fits, new or as new: the machine that it was in before is over
 * @throws BootError, MemorySizeError: the image or the configuration cannot work, in words for the user.
 */
export function createMachine(
  config: MachineConfig,
  outputs: MachineOutputs,
  processor: Processor = createProcessor(config, outputs.onExecute),
): Machine {
  const { memory, cpu } = processor;
  const logger: Logger = {
    unimplemented(what) {
      outputs.log(what);
    },
  };
  const bus = new IoBus(logger);
  let exitStatus: number | undefined;
  let resetRequested = false;
  let runInterrupted = false;
  /** FERR# of the processor, and the IGNNE# that port F0h answers it with. */
  let ferr = false;
  let ignne = false;

  const pic: Pic8259 = new Pic8259(bus);
  const taps = createDebugTaps(
    processor,
    () => passages,
    () => instructions(),
  );
  processor.plug({
    ports: taps.ports({
      read: (port, size) => bus.read(port, asSize(size)),
      write: (port, value, size) => {
        bus.write(port, value, asSize(size));
      },
    }),
    events: taps.events,
    acknowledgeInterrupt: () => pic.acknowledge(),
    onFpuError: (asserted) => {
      ferr = asserted;
      if (!asserted) ignne = false;
      pic.line(13).set(asserted && !ignne);
      return ignne;
    },
    onCr3Write: (value, code) => {
      passages.onCr3Write(value, code);
    },
  });
  const { state, doubles, reg32 } = cpu.views;
  /** Makes `cpu.run` return after the current instruction. */
  const stopNow = () => {
    doubles[Double.Until] = 0;
  };
  function requestReset(): void {
    resetRequested = true;
    stopNow();
  }
  /** The clock chip's index port has a bit that keeps NMIs away from the processor. */
  function raiseNmi(): void {
    if (!rtc.nmiMasked) cpu.raiseNmi();
  }
  const instructions = () => cpu.now() - doubles[Double.Skipped];
  const virtualNanoseconds = () => cpu.now() * NANOSECONDS_PER_TICK;
  const passages: Passages = createPassages(memory, bus, instructions, (from, to, operation) => {
    debug.catchpoints.switched(from, to, operation);
  });

  const clock = new Clock(cpu.now);
  clock.onDeadlineChanged = (deadline) => {
    doubles[Double.Until] = Math.min(doubles[Double.Until], deadline);
  };
  const traffic = createTraffic({ instructions, nanoseconds: virtualNanoseconds });
  const pci = createPciDevices(config.devices ?? {}, {
    ports: bus,
    memory,
    clock,
    log: logger,
    outputs: outputs.devices,
    traffic,
    setIrq: (irq, level) => {
      pic.setIrq(irq, level);
    },
    onReset: requestReset,
    onNmi: raiseNmi,
  });
  // As an I/O instruction does, an access to a device ends its block: it may change INTR or start a timer.
  memory.mmio = {
    read(address, size) {
      const value = pci.bus.readMemory(address, asSize(size));
      if (value === undefined) reportMmio(address, 'read');
      else state[BREAK] = 1;
      return value ?? (size === 4 ? 0xffff_ffff : (1 << (size * 8)) - 1);
    },
    write(address, value, size) {
      state[BREAK] = 1;
      if (!pci.bus.writeMemory(address, value, asSize(size))) reportMmio(address, 'write');
    },
  };
  const reported = new Set<number>();
  function reportMmio(address: number, what: string): void {
    const key = Math.floor(address / 0x1000);
    if (reported.has(key)) return;
    reported.add(key);
    outputs.log(
      `physical ${what} at ${(address >>> 0).toString(16).padStart(8, '0')}h: no RAM and no device there`,
    );
  }

  pic.onIntrChange = (level) => {
    cpu.setIntr(level);
  };
  const pit = new Pit8254(bus, clock, pic.line(0));
  const rtc = new RtcMc146818(bus, clock, pic.line(8), { ramBytes: config.memoryBytes });
  const com1 = new Uart16550(bus, clock, pic.line(4), { name: 'com1', base: 0x3f8 }, (byte) => {
    outputs.serial('com1', byte);
  });
  const com2 = new Uart16550(bus, clock, pic.line(3), { name: 'com2', base: 0x2f8 }, (byte) => {
    outputs.serial('com2', byte);
  });
  const debugcon = new DebugconE9(bus, outputs.debugcon);
  const crtc = new VgaCrtc(bus);
  const post = new PostPorts(bus, (port, value) => {
    outputs.post?.(port, value);
  });
  const debugExit = new IsaDebugExit(bus, (status) => {
    exitStatus = status;
    stopNow();
  });
  const systemControl = new SystemControl(bus, pic.line(1), {
    onReset: requestReset,
    onA20: cpu.setA20,
    onFpuErrorCleared: () => {
      // The latch asserts IGNNE# until the processor takes FERR# back.
      ignne = ferr;
      pic.line(13).set(false);
    },
  });
  const devices: readonly Device[] = [
    ...[pic, pit, rtc, com1, com2, debugcon, debugExit, systemControl, post, crtc],
    ...pci.devices,
  ];

  const inputs = new InputLog(clock, instructions);
  inputs.register(RTC_CHANNEL, (payload) => {
    rtc.receive(payload);
  });
  inputs.register('com1', (payload) => {
    com1.receive(payload);
  });
  inputs.register('com2', (payload) => {
    com2.receive(payload);
  });
  inputs.register(NMI_CHANNEL, raiseNmi);
  const outside = createOutside(inputs, pci.models, traffic);
  const debuggerWrites = createDebuggerWrites(inputs, memory, cpu);
  const inspector = createInspector(memory, cpu, debuggerWrites.memory);
  const debug = taps.attach(cpu, inspector);

  cpu.reset();
  for (const device of devices) device.reset();
  powerOn(config, cpu, memory, bus);
  inputs.inject(RTC_CHANNEL, encodeRtcBase(config.rtcSeconds));

  return {
    memory,
    cpu,
    clock,
    inputs,
    passages,
    inspector,
    debug,
    run(ticks) {
      const end = cpu.now() + ticks;
      for (;;) {
        clock.runDue();
        if (exitStatus !== undefined) return { kind: 'exit', status: exitStatus };
        if (resetRequested) return { kind: 'reset' };
        if (runInterrupted || cpu.now() >= end) {
          runInterrupted = false;
          return { kind: 'slice' };
        }
        doubles[Double.Until] = Math.min(end, clock.nextDeadline());
        switch (cpu.run()) {
          case Exit.Deadline:
            break;
          case Exit.Halted:
            return { kind: 'halted', wake: clock.nextDeadline() };
          case Exit.Breakpoint:
            return { kind: 'breakpoint' };
          case Exit.Event: {
            const { hits: watchpoints, problems } = debug.watchpoints.take();
            const { caught, problems: more } = debug.catchpoints.take();
            if (watchpoints.length + caught.length > 0)
              return { kind: 'event', watchpoints, caught, problems: [...problems, ...more] };
            break;
          }
          case Exit.Guard:
            return { kind: 'guard' };
          case Exit.Shutdown:
            return { kind: 'shutdown', causes: cpu.shutdownCauses };
        }
      }
    },
    interruptRun() {
      runInterrupted = true;
      stopNow();
    },
    skipTo(tick) {
      doubles[Double.Skipped] += Math.max(0, Math.min(tick, clock.nextDeadline()) - cpu.now());
      clock.runDue();
    },
    dead: () =>
      state[HALTED] !== 0 &&
      (state[SYSFLAGS] & Flag.IF) === 0 &&
      (state[INTR] & NMI_PENDING) === 0 &&
      !pci.watchdogRuns(),
    receive(port, bytes) {
      inputs.inject(port, bytes);
    },
    nmi() {
      inputs.inject(NMI_CHANNEL, new Uint8Array(0));
    },
    writeRegister: debuggerWrites.register,
    outside,
    traffic,
    instructions,
    virtualNanoseconds,
    deviceStates: () => deviceStates(devices),
    hash() {
      const hash = createStateHash();
      hash.number(instructions());
      hash.number(cpu.now());
      hash.number(cpu.flags.get());
      for (let r = 0; r < 8; r++) hash.number(reg32[r]);
      hash.number(state[EIP]);
      hash.number(state[INTR]);
      hash.number(state[NMI_STATE]);
      // Segments, control, debug and descriptor-table registers; x87 and SSE state without the scratch words.
      hash.words(new Uint32Array(memory.wasm.buffer, STATE_BASE + 32 * 4, 80));
      hash.words(
        new Uint32Array(memory.wasm.buffer, FpuState.Registers, (FpuState.Ds + 4 - FpuState.Registers) / 4),
      );
      hash.words(new Uint32Array(memory.wasm.buffer, FpuState.Xmm, (FpuState.Mxcsr + 4 - FpuState.Xmm) / 4));
      hash.words(new Uint32Array(memory.bytes.buffer, memory.bytes.byteOffset, memory.size / 4));
      for (const device of devices) hash.plain(device.save());
      hash.number(cpu.linearEip());
      hash.number(cpu.views.segSel[CS]);
      return hash.digest();
    },
  };
}
