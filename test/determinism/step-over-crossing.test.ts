/**
 * A step over code that crosses to the other coroutine: the other side runs at full speed, interrupts included, and the
 * step goes on when the CPU comes back.
 */
import { expect, it } from 'vitest';
import { layouts } from '../../core/abi/layouts.ts';
import { decodeState } from '../../core/abi/decode.ts';
import { createStepper } from '../../core/debug/stepper.ts';
import { HOST } from '../../core/protocol/machine-protocol.ts';
import { buildKernels, createSample, runTo } from './sample-machine.ts';

const PAGE = layouts.co_passage_page.fields;

it('comes back to the host behind the crossing, whatever the guest did meanwhile', () => {
  buildKernels();
  const { machine } = createSample();
  const { cpu, passages, memory } = machine;
  const { breakpoints } = machine.debug;
  // Some crossings in, the passage page is there and the guest takes timer interrupts.
  runTo(machine, 12_000_000);
  const [{ physical }] = passages.all();
  const view = new DataView(memory.bytes.buffer, memory.bytes.byteOffset + physical, 0x1000);
  // The host leaves by the second MOV CR3 of the code, which runs at the guest's address of the page.
  const page = decodeState(view, PAGE.guest[0])!.va - PAGE.guest[0];
  const bytes = [...memory.bytes.subarray(physical, physical + PAGE.host[0])];
  const loads = bytes.flatMap((_, at) => (bytes.slice(at, at + 3).join() === '15,34,216' ? [at] : []));
  expect(loads).toHaveLength(2);
  const crossing = (page + loads[1]) >>> 0;
  breakpoints.replace([{ id: 1, address: crossing, coroutine: HOST }]);
  let result = machine.run(50_000_000);
  while (result.kind === 'halted') {
    machine.skipTo(result.wake);
    result = machine.run(50_000_000);
  }
  expect(result.kind).toBe('breakpoint');
  expect(cpu.linearEip()).toBe(crossing);

  breakpoints.replace([]);
  const before = passages.count();
  const stepper = createStepper(machine, { kind: 'instruction', over: true });
  let step = stepper.advance(1_000_000);
  for (let n = 0; n < 1000 && step.kind !== 'done'; n++) {
    if (step.kind === 'halted') machine.skipTo(step.wake);
    step = stepper.advance(1_000_000);
  }
  stepper.dispose();
  expect(step.kind).toBe('done');
  expect(passages.current()).toBe(HOST);
  // Back where the guest's crossing ended: behind the same instruction, at the host's address of the page.
  const hostPage = decodeState(view, PAGE.host[0])!.va - PAGE.host[0];
  expect(cpu.linearEip()).toBe((hostPage + loads[1] + 3) >>> 0);
  expect(passages.count()).toBe(before + 2);
});
