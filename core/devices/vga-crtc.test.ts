import { beforeEach, describe, expect, it } from 'vitest';
import { createTestBus, type TestBus } from '../testing/test-bus.ts';
import { VgaCrtc } from './vga-crtc.ts';

describe('the CRT controller', () => {
  let bus: TestBus;
  let crtc: VgaCrtc;
  beforeEach(() => {
    bus = createTestBus();
    crtc = new VgaCrtc(bus.bus);
  });
  const read = (index: number) => {
    bus.out(0x3d4, index);
    return bus.in(0x3d5);
  };

  it('keeps the cursor where it is put, by bytes and by words', () => {
    bus.out(0x3d4, 0x0e);
    bus.out(0x3d5, 0x07);
    bus.out(0x3d4, 0x80_0f, 2);
    expect([read(0x0e), read(0x0f)]).toEqual([0x07, 0x80]);
    expect(bus.in(0x3d4, 2)).toBe(0x80_0f);
  });

  it('protects the timing registers, but for the line compare bit', () => {
    bus.out(0x3d4, 0x00);
    bus.out(0x3d5, 0x12);
    expect(read(0)).toBe(0x5f);
    bus.out(0x3d4, 0x07);
    bus.out(0x3d5, 0x00);
    expect(read(7)).toBe(0x0f);
    bus.out(0x3d4, 0x0e_11, 2);
    bus.out(0x3d4, 0x12_00, 2);
    expect(read(0)).toBe(0x12);
  });

  it('reads as ones where there is no register, and shows a retrace that ends', () => {
    expect(read(0x1f)).toBe(0xff);
    const seen = [bus.in(0x3da), bus.in(0x3da)].map((status) => status & 9);
    expect(seen.sort()).toEqual([0, 9]);
  });

  it('is restored as it was saved', () => {
    bus.out(0x3d4, 0x20_0a, 2);
    const saved = crtc.save();
    crtc.reset();
    expect(read(0x0a)).toBe(0x0d);
    crtc.restore(saved);
    expect(read(0x0a)).toBe(0x20);
  });
});
