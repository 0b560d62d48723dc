/**
 * What a machine begins with: the state that firmware leaves behind and a kernel in memory, or a ROM image at the reset vector. The
 * processor and the devices have been reset.
 */
import { mapBiosRom, RESET_VECTOR } from '../boot/bios-rom.ts';
import type { BootCpuState } from '../boot/boot-state.ts';
import { applyFirmwareState } from '../boot/firmware-state.ts';
import { type KernelSource, loadKernel } from '../boot/load-kernel.ts';
import { applyPciFirmwareState } from '../boot/pci-firmware.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { Descriptor } from '../cpu/segmentation/segmentation.ts';
import {
  CR0,
  CS,
  EAX,
  EBP,
  EBX,
  ECX,
  EDI,
  EDX,
  EIP,
  ESI,
  ESP,
  GDT_BASE,
  GDT_LIMIT,
  IDT_LIMIT,
} from '../cpu/state.ts';
import type { IoBus } from '../devices/io-bus.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';

/** A flat ROM image, entered at the reset vector in real mode. */
export interface BiosSource {
  readonly bios: Uint8Array;
}

/** Of the firmware's interrupt table, at 0. */
const REAL_IDT_LIMIT = 0x3ff;

function enterKernel(cpu: Cpu, start: BootCpuState): void {
  const { state, reg32 } = cpu.views;
  state[CR0] = start.cr0;
  state[GDT_BASE] = start.gdtBase;
  state[GDT_LIMIT] = start.gdtLimit;
  state[IDT_LIMIT] = REAL_IDT_LIMIT;
  cpu.flags.set(start.eflags);
  cpu.segmentation.updateMode();
  const code = cpu.segmentation.read(start.codeSelector, new Descriptor());
  cpu.segmentation.fillCode(start.codeSelector, code, 0);
  for (const seg of [0, 2, 3, 4, 5]) cpu.segmentation.load(seg, start.dataSelector);
  state[EIP] = start.eip;
  const registers: [number, number][] = [
    [EAX, start.eax],
    [EBX, start.ebx],
    [ECX, start.ecx],
    [EDX, start.edx],
    [ESI, start.esi],
    [EDI, start.edi],
    [EBP, start.ebp],
    [ESP, start.esp],
  ];
  for (const [register, value] of registers) reg32[register] = value;
}

function enterRom({ segmentation, views }: Cpu): void {
  segmentation.fillReal(CS, RESET_VECTOR.selector);
  views.segBase[CS] = RESET_VECTOR.base;
  views.state[EIP] = RESET_VECTOR.eip;
}

/** @throws BootError: the image cannot work, in words for the user */
export function powerOn(
  source: KernelSource | BiosSource,
  cpu: Cpu,
  memory: PhysicalMemory,
  bus: IoBus,
): void {
  if ('bios' in source) {
    mapBiosRom(source.bios, memory);
    enterRom(cpu);
  } else {
    applyFirmwareState(bus);
    applyPciFirmwareState(bus);
    const start = loadKernel(source, {
      size: memory.size,
      write: (address, bytes) => {
        memory.writeBytes(address, bytes);
      },
      fill: (address, length, value) => {
        memory.fill(address, length, value);
      },
    });
    enterKernel(cpu, start);
  }
  cpu.flushCode();
}
