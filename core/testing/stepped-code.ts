/** Machine code made by hand that a test steps through, with one handler for all vectors, which counts. */
import { createStepper } from '../debug/stepper.ts';
import { createMachine } from '../machine/machine.ts';
import type { StepSpec } from '../protocol/machine-protocol.ts';
import { imm32, TINY_ENTRY, tinyKernel } from './tiny-kernel.ts';

const IDT = 0x5000;
/** What it has counted lies there. */
export const COUNTER = 0x6000;
/** Where the handler lies. */
export const HANDLER = 0x7000;
/** Jumps to itself. */
export const SPIN = [0xeb, 0xfe];
/** lidt; the pointer lies at 4F00h. */
export const LIDT = [0x0f, 0x01, 0x1d, ...imm32(0x4f00)];

/** A machine that is about to run `code` in ring 0, interrupts and paging off. */
export function start(code: readonly number[]) {
  const machine = createMachine(tinyKernel(code), {
    serial: () => undefined,
    debugcon: () => undefined,
    log: () => undefined,
  });
  const { breakpoints } = machine.debug;
  const { memory, cpu } = machine;
  /** One handler for all vectors: counts, acknowledges, returns. */
  function install(): void {
    const selector = cpu.views.segSel[1]!;
    memory.writeBytes(0x4f00, Uint8Array.of(0xff, 0x07, ...imm32(IDT)));
    for (let vector = 0; vector < 256; vector++) {
      const gate = [HANDLER & 0xff, HANDLER >> 8, selector & 0xff, selector >> 8, 0, 0x8e, 0, 0];
      memory.writeBytes(IDT + 8 * vector, Uint8Array.from(gate));
    }
    const handler = [0x50, 0xff, 0x05, ...imm32(COUNTER), 0xb0, 0x20, 0xe6, 0x20, 0x58, 0xcf];
    memory.writeBytes(HANDLER, Uint8Array.from(handler));
  }
  install();
  return {
    machine,
    breakpoints,
    offset: () => cpu.linearEip() - TINY_ENTRY,
    counter: () => memory.read(COUNTER, 4),
    step(spec: StepSpec, most = 100): string {
      const stepper = createStepper(machine, spec);
      let kind = 'more';
      for (let n = 0; n < most && kind === 'more'; n++) ({ kind } = stepper.advance(20_000));
      stepper.dispose();
      return kind;
    },
  };
}
export const instruction = (over: boolean): StepSpec => ({ kind: 'instruction', over });
/** @param from and `to`: offsets in the code */
export const range = (from: number, to: number, over = true): StepSpec => ({
  kind: 'range',
  ranges: [[TINY_ENTRY + from, TINY_ENTRY + to]],
  over,
});
