/** Stops one after the other: what is kept of the earlier ones must not show, whatever has changed since. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MachineSnapshot } from '../core/protocol/machine-protocol.ts';
import { CpuWord, PackedCpu } from '../core/protocol/packed-cpu.ts';
import { Coroutines, type ImagePlaces } from './coroutines.ts';
import { Inspection } from './inspection.ts';
import type { MachineClient } from './machine-client.ts';
import { MemoryCache } from './memory-cache.ts';
import { PresentStop } from './present-stop.ts';
import type { Frame } from './frame.ts';
import type { StoppedEvent } from './stepping.ts';
import { I386 } from './symbols/constants.ts';
import { SymbolImage } from './symbols/image.ts';

const KERNEL = new URL('../kernels/build/clock.elf', import.meta.url);
const STACK = 0x9000;
const SIZE = 0x1000;
const MIDDLE = STACK + SIZE / 2;
/** How far the kernel has moved in some tests. */
const BIAS = 0x1000_0000;

/** A kernel in `exit(int code)`, which `main` has called, on a page of stack; everywhere else are zeros. */
function machine() {
  const image = SymbolImage.open(readFileSync(KERNEL), 'clock.elf');
  const page = new Uint8Array(SIZE);
  const stack = new DataView(page.buffer);
  let bias = 0;
  let state: readonly object[] = [{}];
  const places: ImagePlaces = { biases: () => [bias], mapped: () => [], state: () => state };
  const images = { hostImage: image, programs: [], guests: [] };
  const answers: Pick<MachineClient, 'request' | 'known'> = {
    request: () => Promise.reject(new Error('everything is known')),
    known: ((kind: string, params: { readonly address: number }) =>
      kind === 'openEntries'
        ? { entries: [] }
        : {
            bytes: params.address === STACK ? page.slice() : new Uint8Array(SIZE),
          }) as MachineClient['known'],
  };
  const snapshot = (eip: number, esp: number, eax: number): MachineSnapshot => {
    const words = new Uint32Array(CpuWord.End);
    words[CpuWord.Eip] = eip;
    words[CpuWord.General + I386.esp] = words[CpuWord.General + I386.ebp] = esp;
    words[CpuWord.General + I386.eax] = eax;
    const cpu = new PackedCpu(words);
    return {
      ...{ cpu, pending: undefined, instructions: 0, virtualNanoseconds: 0, coroutine: 0, passages: [] },
    };
  };
  const memory = new MemoryCache(answers);
  const booted = new Coroutines(snapshot(0, 0, 0), images, places);
  const present = new PresentStop(answers, memory, images, places, booted);
  const addressIn = (name: string) => image.prologueEnd(image.findFunction(name)!.lowPc);

  /** Where `exit` is entered with its frame at an address: a word on the stack below it says who has called. */
  function call(esp: number, code: number, caller = 'main') {
    const pc = addressIn('exit');
    const registers = [0, 0, 0, 0, esp, esp, 0, 0, pc, 0];
    const { cfa } = image.unwind(pc, registers, () => undefined)!;
    // Somewhere in it: a return address is looked up one byte before.
    stack.setUint32(cfa - 4 - STACK, addressIn(caller) + bias + 4, true);
    stack.setUint32(cfa - STACK, code, true);
    return { cfa, esp };
  }

  function stop(esp: number, eax = 0): void {
    const event = {
      event: 'stopped',
      reason: 'step',
      snapshot: snapshot(addressIn('exit') + bias, esp, eax),
    };
    present.coroutines = present.arrive(event as StoppedEvent);
    present.adopt(event as StoppedEvent, false);
  }

  const frames = () => present.stack(0) as Frame[];

  /** The arguments of the innermost frame, as they are shown. */
  function shown(hexadecimal = false) {
    const inspection = new Inspection(present.coroutines, memory);
    const scopes = inspection.scopes(frames()[0]);
    if (scopes instanceof Promise) throw new Error('everything is known');
    const format = { hex: hexadecimal };
    const variables = inspection.variables({ variablesReference: scopes[0].variablesReference, format });
    if (variables instanceof Promise) throw new Error('everything is known');
    return variables.map(({ name, value, memoryReference }) => ({ name, value, memoryReference }));
  }

  return {
    ...{ image, stack, present, call, stop, frames, shown, addressIn },
    move() {
      bias = BIAS;
      state = [{}];
    },
  };
}

/** The functions of the two innermost frames, without inlined calls in them. */
const names = (frames: readonly Frame[]) =>
  [0, 1].map((depth) => frames.filter((frame) => frame.depth === depth).at(-1)?.name);
const hex = (address: number) => `0x${address.toString(16).padStart(8, '0')}`;

describe('a stop behind another', () => {
  it('has the caller that is on the stack now', () => {
    const { call, stop, frames } = machine();
    const { esp } = call(MIDDLE, 1);
    stop(esp);
    expect(names(frames())).toEqual(['exit', 'main']);
    const identity = frames()[1].identity;
    stop(esp);
    expect(frames()[1].identity).toBe(identity);
    call(MIDDLE, 1, 'format');
    stop(esp);
    expect(names(frames())).toEqual(['exit', 'format']);
  });

  it('has the caller that was written there', () => {
    const { call, stop, frames, present } = machine();
    const { esp } = call(MIDDLE, 1);
    stop(esp);
    expect(names(frames())[1]).toBe('main');
    call(MIDDLE, 1, 'format');
    present.forget();
    expect(names(frames())[1]).toBe('format');
  });

  it('has the registers that a call may change as they are', () => {
    const { call, stop, frames } = machine();
    const { esp } = call(MIDDLE, 1);
    stop(esp, 5);
    const { identity } = frames()[1];
    stop(esp, 6);
    expect(frames()[1].registers[I386.eax]).toBe(6);
    expect(frames()[1].identity).toBe(identity);
  });

  it('has the values of its own frame', () => {
    const { call, stop, shown, stack, present } = machine();
    const { esp, cfa } = call(MIDDLE, 1);
    stop(esp);
    expect(shown()).toEqual([{ name: 'code', value: '1', memoryReference: hex(cfa) }]);
    stack.setUint32(cfa - STACK, 3, true);
    present.forget();
    expect(shown()[0].value).toBe('3');
    const other = call(MIDDLE - 0x40, 77);
    stop(other.esp);
    expect(shown()).toEqual([{ name: 'code', value: '77', memoryReference: hex(other.cfa) }]);
    expect(shown(true)[0].value).toBe('0x0000004d');
    expect(shown()[0].value).toBe('77');
  });

  it('looks for images that have moved where they are', () => {
    const { call, stop, frames, move, addressIn } = machine();
    const { esp } = call(MIDDLE, 1);
    stop(esp);
    expect(frames()[0].pc).toBe(addressIn('exit'));
    const identity = frames()[1].identity;
    move();
    call(MIDDLE, 1);
    stop(esp);
    expect(names(frames())).toEqual(['exit', 'main']);
    expect(frames()[0].resolved?.bias).toBe(BIAS);
    expect(frames()[1].resolved?.bias).toBe(BIAS);
    expect(frames()[1].identity).not.toBe(identity);
  });
});

describe('what coroutines have found of addresses', () => {
  const images = (hostImage: SymbolImage) => ({ hostImage, programs: [], guests: [] });
  const image = SymbolImage.open(readFileSync(KERNEL), 'clock.elf');
  const page = new Uint8Array(SIZE);
  const snapshot = (passages: MachineSnapshot['passages']): MachineSnapshot => {
    const cpu = new PackedCpu(new Uint32Array(CpuWord.End));
    return { cpu, pending: undefined, instructions: 0, virtualNanoseconds: 0, coroutine: 0, passages };
  };
  const placesIn = (state: readonly object[] | undefined): ImagePlaces => ({
    ...{ biases: () => [0], mapped: () => [], state: () => state },
  });
  const at = (state: readonly object[] | undefined, before?: Coroutines, passages = snapshot([]).passages) =>
    new Coroutines(snapshot(passages), images(image), placesIn(state), before);

  it('is taken over as long as nothing is elsewhere', () => {
    const here = {};
    const first = at([here]);
    expect(at([here], first).epoch).toBe(first.epoch);
    expect(at([{}], first).epoch).not.toBe(first.epoch);
    expect(at([here, here], first).epoch).not.toBe(first.epoch);
  });

  it('is not where nothing tells, or pages of passages have code of their own', () => {
    const here = {};
    const unknown = at(undefined);
    expect(at(undefined, unknown).epoch).not.toBe(unknown.epoch);
    const first = at([here]);
    const passages = [{ monitor: 0, physical: 0x5000, page }];
    const crossing = at([here], first, passages);
    expect(crossing.epoch).not.toBe(first.epoch);
    expect(at([here], crossing).epoch).not.toBe(crossing.epoch);
  });
});
