import { describe, expect, it } from 'vitest';
import { createInspector } from '../../machine/inspector.ts';
import { CR0, Cr0, CR2, CR3, CR4, Cr4, EAX, EFER, Efer } from '../state.ts';
import { type BareMachine, CODE, createBareMachine, DATA, le } from '../testing/bare-machine.ts';

const PF = 14;
const GP = 13;
const POINTERS = 0x10_0000;
const DIRECTORY = 0x10_1000;
const TABLE = 0x10_2000;
const XD = 0x8000_0000;
const P = 1;
const RW = 2;
const US = 4;
const PS = 0x80;
/** A linear page mapped for the test, outside the identity-mapped first 2 MiB. */
const LINEAR = 0x20_0000;

const entry = (m: BareMachine, at: number, low: number, high = 0) => {
  m.dword(at, low);
  m.dword(at + 4, high);
};

/** PAE tables: 2 MiB identity, and a page table for the next 2 MiB. */
function paeMachine(efer = 0): BareMachine {
  const m = createBareMachine();
  entry(m, POINTERS, DIRECTORY | P);
  entry(m, DIRECTORY, PS | P | RW | US);
  entry(m, DIRECTORY + 8, TABLE | P | RW | US);
  m.cpu.views.state[EFER] = efer;
  return m;
}
/** MOV EAX, value; MOV CRn, EAX. */
const setControl = (n: number, value: number) => [0xb8, ...le(value), 0x0f, 0x22, 0xc0 | (n << 3)];
const CR0_ON = Cr0.PG | Cr0.PE | Cr0.ET | Cr0.NE | Cr0.WP;
const enable = [...setControl(4, Cr4.PAE | Cr4.PSE), ...setControl(3, POINTERS), ...setControl(0, CR0_ON)];
const load = (address: number) => [0xa1, ...le(address)];
const store = (address: number) => [0xa3, ...le(address)];
function run(m: BareMachine, ...program: number[]): void {
  m.bytes(CODE, ...enable, ...program, 0xf4);
  m.run();
}

describe('PAE paging', () => {
  it('walks three levels and sets accessed and dirty bits', () => {
    const m = paeMachine();
    entry(m, TABLE + 8, DATA | P | RW);
    m.dword(DATA + 4, 0x1234_5678);
    run(m, ...load(LINEAR + 0x1004), ...store(LINEAR + 0x1008));
    expect(m.vector()).toBe(-1);
    expect(m.read(DATA + 8)).toBe(0x1234_5678);
    expect(m.read(TABLE + 8) & 0xfff).toBe(P | RW | 0x60);
    expect(m.read(DIRECTORY + 8) & 0x20).toBe(0x20);
  });

  it('maps 2 MiB pages', () => {
    const m = paeMachine();
    entry(m, DIRECTORY + 16, 0x20_0000 | PS | P | RW);
    m.dword(0x20_0000 + 0x1_2340, 77);
    run(m, ...load(0x40_0000 + 0x1_2340));
    expect(m.cpu.views.reg32[EAX]).toBe(77);
  });

  it.each([
    ['a bit of 36-62 in the page-table entry', DATA | P | RW, 0x10],
    ['XD without EFER.NXE', DATA | P | RW, XD],
  ])('reports %s as reserved', (_name, low, high) => {
    const m = paeMachine();
    entry(m, TABLE, low, high);
    run(m, ...load(LINEAR));
    expect(m.vector()).toBe(PF);
    expect(m.frame(0)).toBe(9);
    expect(m.cpu.views.state[CR2]).toBe(LINEAR);
  });

  it('reports bits 13-20 of a 2 MiB entry as reserved', () => {
    const m = paeMachine();
    entry(m, DIRECTORY + 16, 0x20_2000 | PS | P | RW);
    run(m, ...store(0x40_0000));
    expect(m.frame(0)).toBe(0xb);
  });

  it.each([2, 4, 0x20, 0x40, 0x80, 0x100])('refuses reserved bit %x of a pointer at the CR3 load', (bit) => {
    const m = paeMachine();
    entry(m, POINTERS + 8, P | bit);
    m.bytes(CODE, ...enable, 0xf4);
    m.run();
    expect(m.vector()).toBe(GP);
    // Paging is not on yet when CR3 is loaded: the MOV to CR0 loads the pointers.
    expect(m.cpu.views.state[CR0] & Cr0.PG).toBe(0);
  });

  it('keeps CR3 when a reload meets a bad pointer, and ignores pointers that are not present', () => {
    const m = paeMachine();
    entry(m, POINTERS + 24, 0x1e6);
    entry(m, 0x10_3000, P | 2);
    run(m, ...setControl(3, 0x10_3000));
    expect(m.vector()).toBe(GP);
    expect(m.cpu.views.state[CR3]).toBe(POINTERS);
  });

  it('keeps the pointers until the next CR3 load', () => {
    const m = paeMachine();
    entry(m, TABLE, DATA | P | RW);
    m.dword(DATA, 5);
    // MOV dword [POINTERS], 0 through the identity map; the mapping stays.
    run(m, 0xc7, 0x05, ...le(POINTERS), ...le(0), ...load(LINEAR));
    expect(m.cpu.views.reg32[EAX]).toBe(5);
  });

  it('finds nothing above 4 GiB', () => {
    const m = paeMachine();
    entry(m, TABLE, P | RW, 1);
    run(m, ...load(LINEAR));
    expect(m.cpu.views.reg32[EAX]).toBe(-1);
  });

  it('is what the debugger walks', () => {
    const m = paeMachine();
    entry(m, TABLE + 8, DATA | P);
    run(m);
    const inspector = createInspector(m.memory, m.cpu);
    const space = inspector.currentSpace();
    expect(inspector.translate(space, LINEAR + 0x1010)).toBe(DATA + 0x10);
    expect(inspector.translate(space, 0x1_2345)).toBe(0x1_2345);
    expect(inspector.translate(space, LINEAR)).toBeUndefined();
    expect(inspector.translate(space, 0x4000_0000)).toBeUndefined();
  });
});

describe('no-execute pages', () => {
  const jump = (target: number) => [0xb8, ...le(target), 0xff, 0xe0];
  it('refuse fetches with error code I, and allow data', () => {
    const m = paeMachine(Efer.NXE);
    entry(m, TABLE, DATA | P | RW, XD);
    m.bytes(DATA, 0xf4);
    run(m, ...load(LINEAR), ...jump(LINEAR));
    expect(m.vector()).toBe(PF);
    expect(m.frame(0)).toBe(0x11);
    expect(m.frame(1)).toBe(LINEAR);
  });
  it('refuse fetches of code that has run where it may be executed', () => {
    const m = paeMachine(Efer.NXE);
    entry(m, TABLE, DATA | P | RW, XD);
    // inc eax; ret
    m.bytes(DATA, 0x40, 0xc3);
    const call = [0xb8, ...le(DATA), 0xff, 0xd0];
    run(m, ...call, ...load(LINEAR), ...jump(LINEAR));
    expect([m.vector(), m.frame(0), m.frame(1)]).toEqual([PF, 0x11, LINEAR]);
    expect(m.cpu.views.reg32[EAX]).toBe(LINEAR);
  });
  it('inherit XD from the directory', () => {
    const m = paeMachine(Efer.NXE);
    entry(m, DIRECTORY + 8, TABLE | P | RW, XD);
    entry(m, TABLE, DATA | P | RW);
    run(m, ...jump(LINEAR));
    expect(m.frame(0)).toBe(0x11);
  });
  it('are flushed by a CR3 load like others', () => {
    const m = paeMachine(Efer.NXE);
    entry(m, TABLE + 8, DATA | P | RW, XD);
    m.dword(DATA, 1);
    m.dword(DATA + 0x1000, 2);
    const remap = [0xc7, 0x05, ...le(TABLE + 8), ...le((DATA + 0x1000) | P | RW)];
    run(m, ...load(LINEAR + 0x1000), ...remap, ...setControl(3, POINTERS), ...load(LINEAR + 0x1000));
    expect(m.cpu.views.reg32[EAX]).toBe(2);
  });
  it('give fetches from absent pages the I bit only with NXE', () => {
    const off = paeMachine();
    run(off, ...jump(LINEAR));
    expect(off.frame(0)).toBe(0);
    const on = paeMachine(Efer.NXE);
    run(on, ...jump(LINEAR));
    expect(on.frame(0)).toBe(0x10);
  });
  it('are switched on by WRMSR to EFER, whose other bits are reserved', () => {
    const wrmsr = (low: number) => [
      0xb9,
      ...le(0xc000_0080),
      0xb8,
      ...le(low),
      0xba,
      ...le(0),
      0x0f,
      0x30,
      0xf4,
    ];
    const m = createBareMachine();
    m.bytes(CODE, ...wrmsr(Efer.NXE));
    m.run();
    expect(m.cpu.views.state[EFER]).toBe(Efer.NXE);
    m.bytes(CODE, ...wrmsr(0x100));
    m.run();
    expect(m.vector()).toBe(GP);
    expect(m.cpu.views.state[CR4]).toBe(0);
  });
});
