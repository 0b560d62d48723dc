import { describe, expect, it } from 'vitest';
import { Exit } from '../../cpu/cpu.ts';
import { CODE, createBareMachine, DATA, le } from '../../cpu/testing/bare-machine.ts';
import { EAX, ECX, EDX, ESI, ESP } from '../../cpu/state.ts';
import type { Tier } from '../tier.ts';
import { createPages } from './pages.ts';

const DS = 3;
const EBP = 5;
const at = (base: number, disp: number) =>
  ({ kind: 'memory', seg: DS, base, index: 8, scale: 0, disp, mask: -1 }) as const;

describe('pages that are remembered', () => {
  const pages = () => {
    let locals = 0;
    return createPages(() => locals++);
  };

  it('are found by the value of a register and a distance, whatever register has the value', () => {
    const known = pages();
    known.remember(at(ESI, 8), 4, false);
    expect(known.find(at(ESI, 16))?.distance).toBe(8);
    expect(known.find(at(EDX, 16))).toBeUndefined();
    const sum = known.sumOf(ESI);
    known.changed(EDX);
    known.is(EDX, { ...sum, distance: sum.distance + 100 });
    expect(known.find(at(EDX, 16))?.distance).toBe(108);
    known.changed(ESI);
    expect(known.find(at(ESI, 16))).toBeUndefined();
  });

  it('are too far away, forgotten, or overwritten by others', () => {
    const known = pages();
    known.remember(at(ESI, 0), 4, false);
    expect(known.find(at(ESI, 255))?.distance).toBe(255);
    expect(known.find(at(ESI, 256))).toBeUndefined();
    known.forget();
    expect(known.find(at(ESI, 0))).toBeUndefined();
    known.remember(at(ESI, 0), 4, false);
    const before = known.snapshot();
    for (const register of [EAX, ECX, EDX, EBP]) known.remember(at(register, 0), 4, false);
    known.restore(before);
    expect(known.find(at(ESI, 0))).toBeUndefined();
  });

  it('stay known where ways meet, if no way has changed the register', () => {
    const known = pages();
    known.remember(at(ESI, 0), 4, false);
    known.remember(at(EDX, 0), 4, false);
    const before = known.snapshot();
    known.changed(EDX);
    known.merge(before);
    expect(known.find(at(ESI, 4))?.distance).toBe(4);
    expect(known.find(at(EDX, 4))).toBeUndefined();
    known.forget();
    known.merge(before);
    expect(known.find(at(ESI, 4))).toBeUndefined();
  });
});

describe.each<Tier>(['interpreter', 'eager', 'hot', 'jit'])('structures across pages (%s)', (tier) => {
  const SIZE = 28;
  const COUNT = 400;

  // With more than 400 instructions a region looks for other pages by itself from the first.
  it.each([
    ['', 0],
    [', in a large region', 450],
  ])('are read and written field by field%s', (_where, fillers) => {
    const machine = createBareMachine({}, 'max', tier);
    // L: mov eax, [esi + 4]; add eax, [esi + 20]; mov [esi + 24], eax; inc word [esi + 11]; cmp eax, [esi]; ja M; add dword [esi + 8], 3
    // M: add edx, [esi + 8]; add esi, 28; dec ecx; jnz L; hlt
    const body = [0x8b, 0x46, 4, 0x03, 0x46, 20, 0x89, 0x46, 24, 0x66, 0xff, 0x46, 11, 0x3b, 0x06];
    body.push(0x77, 4, 0x83, 0x46, 8, 3, 0x03, 0x56, 8, 0x83, 0xc6, SIZE, 0x49);
    body.unshift(...new Array<number>(fillers).fill(0x90));
    machine.bytes(CODE, ...body, 0x0f, 0x85, ...le(-(body.length + 6)), 0xf4);
    const start = DATA + 3;
    machine.cpu.views.reg32[EDX] = 0;
    const words = Uint8Array.from({ length: SIZE * COUNT }, (_, n) => (n * 89 + (n >> 3)) & 0x7f);
    machine.memory.writeBytes(start, words);
    for (let round = 0; round < 4; round++) {
      machine.cpu.views.reg32[ESI] = start;
      machine.cpu.views.reg32[ECX] = COUNT;
      expect(machine.run(CODE, 1e7)).toBe(Exit.Halted);
    }
    const view = new DataView(words.buffer);
    let sum = 0;
    for (let round = 0; round < 4; round++)
      for (let n = 0; n < words.length; n += SIZE) {
        const total = (view.getUint32(n + 4, true) + view.getUint32(n + 20, true)) >>> 0;
        view.setUint32(n + 24, total, true);
        view.setUint16(n + 11, view.getUint16(n + 11, true) + 1, true);
        if (total <= view.getUint32(n, true)) view.setUint32(n + 8, view.getUint32(n + 8, true) + 3, true);
        sum = (sum + view.getUint32(n + 8, true)) | 0;
      }
    expect(machine.cpu.views.reg32[EDX]).toBe(sum);
    expect(machine.memory.bytes.slice(start, start + words.length)).toEqual(words);
  });

  it('are pushed and popped where the stack goes from page to page', () => {
    const machine = createBareMachine({}, 'max', tier);
    const { reg32 } = machine.cpu.views;
    // f: test ecx, ecx; jz E; push ecx; dec ecx; push eax; call f; pop edx; pop ecx; add eax, ecx; E: ret
    const f = [0x85, 0xc9, 0x74, 0x0c, 0x51, 0x49, 0x50, 0xe8, ...le(-12), 0x5a, 0x59, 0x01, 0xc8, 0xc3];
    // L: mov ecx, 900; call f; dec ebx; jnz L; hlt
    const main = CODE + f.length;
    machine.bytes(CODE, ...f, 0xb9, ...le(900), 0xe8, ...le(-(f.length + 10)), 0x4b, 0x75, 0xf3, 0xf4);
    reg32[3] = 20;
    reg32[ESP] = DATA + 0x5000;
    reg32[EAX] = 0;
    expect(machine.run(main, 1e7)).toBe(Exit.Halted);
    expect(reg32[EAX]).toBe(20 * ((900 * 901) / 2));
    expect(reg32[ESP]).toBe(DATA + 0x5000);
  });
});
