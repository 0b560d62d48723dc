import { describe, expect, it } from 'vitest';
import { CPU_MODELS } from '../../protocol/machine-protocol.ts';
import { createCpuid, type CpuModelName, Feature, MODELS } from './cpuid.ts';
import { CR0, Cr0, CR4, Cr4, EAX, ECX, EDX, Flag } from '../state.ts';
import { CODE, createBareMachine, le } from '../testing/bare-machine.ts';

const UD = 6;
const GP = 13;

/** Runs bytes on a model and returns the vector of the exception, or -1. */
function vectorOf(model: CpuModelName, bytes: readonly number[], cr4 = 0): number {
  const m = createBareMachine({}, model);
  m.cpu.views.state[CR4] = cr4;
  m.bytes(CODE, ...bytes, 0xf4);
  m.run();
  return m.vector();
}

describe('what a model lacks is #UD', () => {
  const from = (first: CpuModelName) => CPU_MODELS.slice(CPU_MODELS.indexOf(first));
  it.each<[string, readonly number[], readonly CpuModelName[]]>([
    ['BSWAP', [0x0f, 0xc8], from('i486')],
    ['XADD', [0x0f, 0xc1, 0xc0], from('i486')],
    ['CMPXCHG', [0x0f, 0xb1, 0xc0], from('i486')],
    ['INVLPG', [0x0f, 0x01, 0x38], from('i486')],
    ['WBINVD', [0x0f, 0x09], from('i486')],
    ['CPUID', [0x0f, 0xa2], from('i586')],
    ['RDTSC', [0x0f, 0x31], from('i586')],
    ['CMPXCHG8B', [0x0f, 0xc7, 0x0d, ...le(0x2_0000)], from('i586')],
    ['MOV from CR4', [0x0f, 0x20, 0xe0], from('i586')],
    ['RDMSR', [0xb9, ...le(0x10), 0x0f, 0x32], from('i586')],
    ['CMOVE', [0x0f, 0x44, 0xc0], from('i686')],
    ['FCMOVB', [0xda, 0xc1], from('i686')],
    ['FCMOVNB', [0xdb, 0xc1], from('i686')],
    ['FCOMI', [0xdb, 0xf1], from('i686')],
    ['FUCOMIP', [0xdf, 0xe9], from('i686')],
    ['RDPMC', [0x31, 0xc9, 0x0f, 0x33], from('i686')],
    ['multi-byte NOP', [0x0f, 0x1f, 0xc0], from('i686')],
    ['EMMS', [0x0f, 0x77], from('max')],
    ['PADDB MMX', [0x0f, 0xfc, 0xc0], from('max')],
    ['FXSAVE', [0x0f, 0xae, 0x05, ...le(0x2_0000)], from('max')],
    ['ADDPS', [0x0f, 0x58, 0xc0], from('max')],
    ['ADDPD', [0x66, 0x0f, 0x58, 0xc0], from('max')],
    ['ADDSS', [0xf3, 0x0f, 0x58, 0xc0], from('max')],
    ['SYSENTER', [0xb9, ...le(0x174), 0x0f, 0x32, 0x0f, 0x34], []],
    // What all have.
    ['FLD1', [0xd9, 0xe8], CPU_MODELS],
    ['BSF', [0x0f, 0xbc, 0xc0], CPU_MODELS],
    ['SHLD', [0x0f, 0xa5, 0xc0], CPU_MODELS],
  ])('%s', (name, bytes, having) => {
    for (const model of CPU_MODELS) {
      const vector = vectorOf(model, bytes, model === 'max' ? Cr4.OSFXSR : 0);
      if (name === 'SYSENTER') expect(vector, model).toBe(model === 'i386' || model === 'i486' ? UD : GP);
      else expect(vector, model).toBe(having.includes(model) ? -1 : UD);
    }
  });
});

describe('flags and control registers of a model', () => {
  /** PUSHF; POP EAX; OR EAX, AC|ID; PUSH EAX; POPF; PUSHF; POP EAX. */
  const toggle = [0x9c, 0x58, 0x0d, ...le(Flag.AC | Flag.ID), 0x50, 0x9d, 0x9c, 0x58];
  it.each<[CpuModelName, number]>([
    ['i386', 0],
    ['i486', Flag.AC],
    ['i586', Flag.AC | Flag.ID],
    ['i686', Flag.AC | Flag.ID],
    ['max', Flag.AC | Flag.ID],
  ])('%s: EFLAGS bits that can be set', (model, bits) => {
    const m = createBareMachine({}, model);
    m.bytes(CODE, ...toggle, 0xf4);
    m.run();
    expect(m.cpu.views.reg32[EAX] & (Flag.AC | Flag.ID)).toBe(bits);
  });

  const setCr4 = (value: number) => [0xb8, ...le(value), 0x0f, 0x22, 0xe0];
  it.each<[CpuModelName, number, number]>([
    ['i586', Cr4.PSE | Cr4.VME | Cr4.PVI | Cr4.TSD | Cr4.DE | Cr4.MCE, -1],
    ['i586', Cr4.PAE, GP],
    ['i586', Cr4.PGE, GP],
    ['i686', Cr4.PAE | Cr4.PGE | Cr4.PCE, -1],
    ['i686', Cr4.OSFXSR, GP],
    ['max', Cr4.PAE | Cr4.PGE | Cr4.OSFXSR | Cr4.OSXMMEXCPT, -1],
    ['max', 0x800, GP],
  ])('%s: CR4 = %x', (model, value, vector) => {
    expect(vectorOf(model, setCr4(value))).toBe(vector);
  });

  it('the 386 has no WP, AM and NE', () => {
    const m = createBareMachine({}, 'i386');
    m.bytes(CODE, 0xb8, ...le(Cr0.WP | Cr0.AM | Cr0.NE | Cr0.MP | Cr0.PE), 0x0f, 0x22, 0xc0, 0xf4);
    m.run();
    expect(m.cpu.views.state[CR0]).toBe(Cr0.MP | Cr0.PE | Cr0.ET);
  });

  it('EDX holds the signature at reset', () => {
    expect(createBareMachine({}, 'i386').cpu.views.reg32[EDX]).toBe(0x308);
    expect(createBareMachine().cpu.views.reg32[EDX]).toBe(0x6d6);
  });
});

describe('CPUID', () => {
  const text = (words: readonly number[]) =>
    words.map((w) => String.fromCharCode(w & 255, (w >> 8) & 255, (w >> 16) & 255, (w >> 24) & 255)).join('');
  it('names vendor, signature and features', () => {
    const max = createCpuid(MODELS.max);
    const [last, b, c, d] = max(0);
    expect([last, text([b, d, c])]).toEqual([2, 'GenuineIntel']);
    expect(max(1)[0]).toBe(0x6d6);
    expect(max(1)[3] & Feature.SSE2).toBe(Feature.SSE2);
    expect(createCpuid(MODELS.i586)(0)[0]).toBe(1);
    expect(createCpuid(MODELS.i586)(1)[0]).toBe(0x52c);
    expect(createCpuid(MODELS.i686)(1)[3] & (Feature.CMOV | Feature.MMX | Feature.SEP)).toBe(Feature.CMOV);
  });
  it('has extended leaves with NX and a brand string on max only', () => {
    const max = createCpuid(MODELS.max);
    expect(max(0x8000_0000)[0] >>> 0).toBe(0x8000_0004);
    expect(max(0x8000_0001)[3]).toBe(1 << 20);
    const brand = [2, 3, 4].map((n) => text(max(0x8000_0000 + n))).join('');
    expect(brand.replaceAll('\0', '')).toBe(MODELS.max.brand);
    expect(brand.at(47)).toBe('\0');
    const old = createCpuid(MODELS.i686);
    expect(old(0x8000_0000)).toEqual(old(2));
  });
});

describe('model-specific registers', () => {
  const rdmsr = (n: number) => [0xb9, ...le(n), 0x0f, 0x32];
  const wrmsr = (n: number, low: number, high = low) => [
    ...[0xb9, ...le(n), 0xb8, ...le(low), 0xba, ...le(high), 0x0f, 0x30],
  ];
  it.each([
    [0x1b, 0xfee0_0100, 0],
    [0x277, 0x0007_0406, 0x0007_0406],
    [0xfe, 0, 0],
    [0x1a0, 0x1801, 0],
    [0x8b, 0, 0],
    [0x17, 0, 0],
    [0xc000_0080, 0, 0],
  ])('%x reads %x:%x', (number, low, high) => {
    const m = createBareMachine();
    m.bytes(CODE, ...rdmsr(number), 0xf4);
    m.run();
    expect(m.vector()).toBe(-1);
    expect([m.cpu.views.reg32[EAX] >>> 0, m.cpu.views.reg32[EDX] >>> 0]).toEqual([low, high]);
  });
  it.each([
    ['an unknown one', rdmsr(0x123), GP],
    ['MTRRcap', wrmsr(0xfe, 0), GP],
    ['a reserved memory type in PAT', wrmsr(0x277, 0x0002_0406, 0x0007_0406), GP],
    ['a good PAT', wrmsr(0x277, 0x0107_0406), -1],
    ['the microcode id', wrmsr(0x8b, 0), -1],
  ])('%s', (_name, bytes, vector) => {
    expect(vectorOf('max', bytes)).toBe(vector);
  });
  it('are missing on models before them', () => {
    expect(vectorOf('i586', rdmsr(0x1b))).toBe(GP);
    expect(vectorOf('i686', rdmsr(0x174))).toBe(GP);
    expect(vectorOf('i686', rdmsr(0x1b))).toBe(-1);
  });
  it('RDPMC obeys CR4.PCE outside ring 0 and knows two counters', () => {
    for (const [cr4, counter, vector] of [
      [0, 0, GP],
      [Cr4.PCE, 1, -1],
      [Cr4.PCE, 2, GP],
    ] as const) {
      const m = createBareMachine();
      m.cpu.views.state[CR4] = cr4;
      m.ring3();
      m.cpu.views.reg32[ECX] = counter;
      // INT 30h ends the program in ring 3.
      m.bytes(CODE, 0x0f, 0x33, 0xcd, 0x30);
      m.run();
      expect(m.vector()).toBe(vector < 0 ? 0x30 : vector);
    }
  });
});
