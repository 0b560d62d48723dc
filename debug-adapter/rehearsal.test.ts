import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CpuWord, PackedCpu } from '../core/protocol/packed-cpu.ts';
import { Coroutines, type ImagePlaces } from './coroutines.ts';
import { rehearse, type Rehearsed } from './rehearsal.ts';
import { SymbolImage } from './symbols/image.ts';

const KERNEL = new URL('../kernels/build/clock.elf', import.meta.url);
const PLACES: ImagePlaces = { biases: () => [0], mapped: () => [], state: () => [] };

const kernel = () => SymbolImage.open(readFileSync(KERNEL), 'clock.elf');

/** A machine at its beginning that has a breakpoint on a function. */
function booted(image: SymbolImage, name: string): Rehearsed {
  const images = { hostImage: image, programs: [], guests: [] };
  const cpu = new PackedCpu(new Uint32Array(CpuWord.End));
  const coroutines = new Coroutines(
    { ...{ cpu, pending: undefined, instructions: 0, virtualNanoseconds: 0, coroutine: 0 }, passages: [] },
    images,
  );
  const [address] = image.addressesForFunction(name);
  return { coroutines, images, places: PLACES, breakpoints: [{ address, coroutine: -1 }] };
}

/** The code that was asked about. */
function asked(image: SymbolImage): number[] {
  const pcs: number[] = [];
  const { scopesAt } = image;
  Object.defineProperty(image, 'scopesAt', {
    value: (pc: number) => {
      pcs.push(pc);
      return scopesAt(pc);
    },
  });
  return pcs;
}

// On a busy computer the first round alone may take longer than a rehearsal has.
beforeEach(() => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('the rehearsal of the first stop', () => {
  it('looks at the variables of the place of a breakpoint, many times', async () => {
    const image = kernel();
    const stop = booted(image, 'main');
    const pcs = asked(image);
    await rehearse(stop, () => true);
    expect(pcs.length).toBeGreaterThan(1);
    expect(new Set(pcs)).toEqual(new Set([stop.breakpoints[0].address]));
  });

  it('is over when the machine has stopped', async () => {
    const image = kernel();
    const pcs = asked(image);
    await rehearse(booted(image, 'main'), () => false);
    expect(pcs).toEqual([]);
  });

  it('looks at nothing when there is no breakpoint', async () => {
    const image = kernel();
    const pcs = asked(image);
    await rehearse({ ...booted(image, 'main'), breakpoints: [] }, () => true);
    expect(pcs).toEqual([]);
  });

  it('leaves the machine as it is', async () => {
    const stop = booted(kernel(), 'main');
    const { words } = stop.coroutines.snapshot.cpu as PackedCpu;
    await rehearse(stop, () => true);
    expect(words.every((word) => word === 0)).toBe(true);
  });
});
