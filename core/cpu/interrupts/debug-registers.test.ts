import { describe, expect, it } from 'vitest';
import {
  type BareMachine,
  CODE,
  createBareMachine,
  DATA,
  DATA0,
  le,
  STACK,
} from '../testing/bare-machine.ts';
import { CR4, Cr4, DR0, DR6, DR7, EAX, ECX, EDI, EDX, EIP, ESI, ESP, Flag, SYSFLAGS } from '../state.ts';

const DB = 1;
const HLT = 0xf4;
const NOP = 0x90;
/** MOV DRn, EAX. */
const setDebug = (n: number, value: number) => [0xb8, ...le(value), 0x0f, 0x23, 0xc0 | (n << 3)];
/** DR7 with breakpoint `n` enabled (Gn) for R/W `kind` and a LEN field. */
const dr7 = (n: number, kind: number, len: number) =>
  0x400 | (2 << (n * 2)) | (kind << (16 + n * 4)) | (len << (18 + n * 4));
const EXECUTE = 0;
const WRITE = 1;
const IO = 2;
const READ_WRITE = 3;
const LEN1 = 0;
const LEN2 = 1;
const LEN4 = 3;

/** Sets DR`n` and DR7, then runs `program`. Returns the address of its first byte. */
function start(m: BareMachine, n: number, address: number, control: number, ...program: number[]): number {
  const at = m.bytes(CODE, ...setDebug(n, address), ...setDebug(7, control));
  m.bytes(at, ...program, HLT);
  m.run();
  return at;
}
const hits = (m: BareMachine) => m.cpu.views.state[DR6] & 0xe00f;

describe('instruction breakpoints', () => {
  const first = CODE + 16;
  it('fault before the instruction, with RF clear in the pushed image', () => {
    const m = createBareMachine();
    const at = start(m, 2, first + 1, dr7(2, EXECUTE, LEN1), NOP, 0x40, NOP);
    expect(at).toBe(first);
    expect(m.vector()).toBe(DB);
    expect(hits(m)).toBe(4);
    expect(m.frame(0)).toBe(first + 1);
    expect(m.frame(2) & Flag.RF).toBe(0);
    // INC EAX has not run: EAX still holds the DR7 image.
    expect(m.cpu.views.reg32[EAX]).toBe(dr7(2, EXECUTE, LEN1));
  });

  it('are suppressed for one instruction by RF that IRET loads', () => {
    const m = createBareMachine();
    start(m, 0, first, dr7(0, EXECUTE, LEN1), 0x40);
    expect(m.vector()).toBe(DB);
    // OR dword [ESP+8], RF; IRET in place of the handler's next bytes.
    m.bytes(m.cpu.views.state[EIP], 0x81, 0x4c, 0x24, 0x08, ...le(Flag.RF), 0xcf);
    m.run(-1);
    expect(m.vector()).toBe(-1);
    expect(m.cpu.views.reg32[EAX]).toBe(dr7(0, EXECUTE, LEN1) + 1);
    expect(m.cpu.views.state[SYSFLAGS] & Flag.RF).toBe(0);
  });

  it('do not fire behind MOV SS', () => {
    const m = createBareMachine();
    // MOV EDX, DATA0; MOV SS, DX; NOP with the breakpoint on it.
    start(m, 0, first + 7, dr7(0, EXECUTE, LEN1), 0xba, ...le(DATA0), 0x8e, 0xd2, NOP);
    expect(m.vector()).toBe(-1);
    expect(hits(m)).toBe(0);
  });

  it('on a REP come once, however often it pauses between iterations', () => {
    const m = createBareMachine();
    const { state, reg32 } = m.cpu.views;
    const rep = first + 10;
    // MOV ECX, 4; MOV EDI, DATA; REP STOSB.
    start(m, 0, rep, dr7(0, EXECUTE, LEN1), 0xb9, ...le(4), 0xbf, ...le(DATA), 0xf3, 0xaa);
    expect([m.vector(), m.frame(0)]).toEqual([DB, rep]);
    m.bytes(state[EIP], 0x81, 0x4c, 0x24, 0x08, ...le(Flag.RF), 0xcf);
    m.run(-1, 3);
    expect([state[EIP], reg32[ECX]]).toEqual([rep, 3]);
    m.run(-1);
    expect([m.vector(), reg32[ECX]]).toEqual([-1, 0]);
  });

  it('match the linear address in virtual-8086 mode', () => {
    const m = createBareMachine();
    const segment = CODE >> 4;
    // IRET from a frame of EIP, CS, EFLAGS, ESP, SS, ES, DS, FS, GS.
    const frame = [1, segment, Flag.VM | 2, 0x800, segment, segment, segment, segment, segment];
    frame.forEach((value, n) => {
      m.dword(STACK - 36 + n * 4, value);
    });
    m.cpu.views.reg32[ESP] = STACK - 36;
    m.bytes(CODE + 1, NOP, NOP, NOP);
    const at = m.bytes(DATA, ...setDebug(0, CODE + 2), ...setDebug(7, dr7(0, EXECUTE, LEN1)));
    m.bytes(at, 0xcf);
    m.run(DATA);
    expect([m.vector(), m.frame(0), m.frame(1) & 0xffff]).toEqual([DB, 2, segment]);
  });

  it('do nothing while neither Ln nor Gn is set', () => {
    const m = createBareMachine();
    start(m, 0, first, 0x400, NOP);
    expect(m.vector()).toBe(-1);
  });
});

describe('single step', () => {
  it('traps behind HLT, and so ends it', () => {
    const m = createBareMachine();
    // PUSH 102h; POPF; HLT; NOP.
    const at = m.bytes(CODE, 0x68, ...le(Flag.TF | 2), 0x9d, HLT);
    m.bytes(at, NOP);
    m.run();
    expect([m.vector(), m.frame(0)]).toEqual([DB, at]);
    expect(hits(m)).toBe(0x4000);
  });
});

describe('DR6', () => {
  it('tells of the last exception in B0 to B3, and keeps the other bits', () => {
    const m = createBareMachine();
    m.cpu.views.state[DR6] = 0xffff_eff7 | 0;
    start(m, 3, CODE + 16, dr7(3, EXECUTE, LEN1), NOP);
    expect([m.vector(), hits(m)]).toEqual([DB, 0xe008]);
  });
});

describe('data breakpoints', () => {
  /** MOV [address], EAX in `size` bytes, or the load. */
  const store = (address: number, size: number) =>
    size === 1 ? [0xa2, ...le(address)] : size === 2 ? [0x66, 0xa3, ...le(address)] : [0xa3, ...le(address)];
  const load = (address: number) => [0xa0, ...le(address)];

  it('trap after the instruction that writes', () => {
    const m = createBareMachine();
    const program = store(DATA, 4);
    const at = start(m, 1, DATA, dr7(1, WRITE, LEN4), ...program);
    expect(m.vector()).toBe(DB);
    expect(hits(m)).toBe(2);
    expect(m.frame(0)).toBe(at + program.length);
    expect(m.read(DATA)).toBe(dr7(1, WRITE, LEN4));
  });

  it.each([
    [LEN1, DATA, DATA, 1, true],
    [LEN1, DATA, DATA + 1, 1, false],
    [LEN1, DATA + 3, DATA, 4, true],
    [LEN2, DATA, DATA + 1, 1, true],
    [LEN2, DATA, DATA + 2, 1, false],
    // The low bits of the address do not count.
    [LEN2, DATA + 1, DATA, 1, true],
    [LEN2, DATA + 1, DATA + 2, 1, false],
    [LEN4, DATA + 3, DATA, 1, true],
    [LEN4, DATA, DATA + 3, 2, true],
    [LEN4, DATA, DATA + 4, 4, false],
    [LEN4, DATA + 0x1000, DATA + 0xfff, 2, true],
  ])('LEN %i at %x matches a write to %x of %i bytes: %s', (len, address, target, size, hit) => {
    const m = createBareMachine();
    start(m, 0, address, dr7(0, WRITE, len), ...store(target, size));
    expect(m.vector()).toBe(hit ? DB : -1);
  });

  it('of kind write let reads pass, of kind read/write do not', () => {
    const written = createBareMachine();
    start(written, 0, DATA, dr7(0, WRITE, LEN1), ...load(DATA));
    expect(written.vector()).toBe(-1);
    const read = createBareMachine();
    start(read, 0, DATA, dr7(0, READ_WRITE, LEN1), ...load(DATA));
    expect(read.vector()).toBe(DB);
  });

  it('stop a REP after the iteration, with RF in the image and the count so far', () => {
    const m = createBareMachine();
    // MOV EDI, DATA; MOV ECX, 8; REP STOSD.
    const at = start(m, 0, DATA + 8, dr7(0, WRITE, LEN4), 0xbf, ...le(DATA), 0xb9, ...le(8), 0xf3, 0xab);
    expect(m.vector()).toBe(DB);
    expect(m.cpu.views.reg32[ECX]).toBe(5);
    expect(m.cpu.views.reg32[EDI]).toBe(DATA + 12);
    expect(m.frame(0)).toBe(at + 10);
    expect(m.frame(2) & Flag.RF).toBe(Flag.RF);
  });

  it('met by the last iteration of a REP point behind it, without RF', () => {
    const m = createBareMachine();
    const at = start(m, 0, DATA + 4, dr7(0, WRITE, LEN4), 0xbf, ...le(DATA), 0xb9, ...le(2), 0xf3, 0xab);
    expect(m.frame(0)).toBe(at + 12);
    expect(m.frame(2) & Flag.RF).toBe(0);
  });

  it('met by MOV SS wait for the instruction behind it', () => {
    const m = createBareMachine();
    m.dword(DATA, DATA0);
    m.cpu.views.reg32[EDX] = 0;
    // MOV SS, [DATA]; INC EDX; INC EDX.
    const at = start(m, 0, DATA, dr7(0, READ_WRITE, LEN2), 0x8e, 0x15, ...le(DATA), 0x42, 0x42);
    expect(m.vector()).toBe(DB);
    expect(m.frame(0)).toBe(at + 7);
    expect(m.cpu.views.reg32[EDX]).toBe(1);
  });

  it('join the single step: one #DB with BS and Bn', () => {
    const m = createBareMachine();
    // PUSHF; OR byte [ESP+1], 1; POPF; then the store is the first instruction with TF.
    const at = start(m, 3, DATA, dr7(3, WRITE, LEN1), 0x9c, 0x80, 0x4c, 0x24, 1, 1, 0x9d, ...store(DATA, 1));
    expect(m.vector()).toBe(DB);
    expect(hits(m)).toBe(0x4008);
    expect(m.frame(0)).toBe(at + 12);
  });

  it('see pushes, also those of an interrupt', () => {
    const m = createBareMachine();
    const esp = m.cpu.views.reg32[4];
    start(m, 0, esp - 12, dr7(0, WRITE, LEN4), 0xcd, 0x30);
    expect(m.vector()).toBe(DB);
    // The trap comes before the handler's first instruction.
    expect(m.frame(0)).toBe(0x5000 + 0x30 * 16);
  });

  it('leave other pages and disabled registers at full speed', () => {
    const m = createBareMachine();
    start(
      m,
      0,
      DATA,
      dr7(0, WRITE, LEN4),
      ...store(DATA + 0x1000, 4),
      ...setDebug(7, 0x400),
      ...store(DATA, 4),
      ...load(DATA),
    );
    expect(m.vector()).toBe(-1);
    const { tlb, state } = m.cpu.views;
    expect(tlb[DATA >>> 12] & state[16]).not.toBe(0);
  });
});

describe('I/O breakpoints', () => {
  const program = [0xba, ...le(0x123), 0xec]; // MOV EDX, 123h; IN AL, DX
  it('trap after the access with CR4.DE', () => {
    const m = createBareMachine();
    m.cpu.views.state[CR4] = Cr4.DE;
    const at = start(m, 0, 0x122, dr7(0, IO, LEN2), ...program);
    expect(m.vector()).toBe(DB);
    expect(hits(m)).toBe(1);
    expect(m.ports).toEqual([['in', 0x123, 1]]);
    expect(m.frame(0)).toBe(at + 6);
  });
  it('are off without CR4.DE', () => {
    const m = createBareMachine();
    start(m, 0, 0x122, dr7(0, IO, LEN2), ...program);
    expect(m.vector()).toBe(-1);
  });
  it('match the string forms', () => {
    const m = createBareMachine();
    m.cpu.views.state[CR4] = Cr4.DE;
    // MOV ESI, DATA; MOV ECX, 3; REP OUTSW to 123h.
    start(
      m,
      0,
      0x124,
      dr7(0, IO, LEN1),
      0xba,
      ...le(0x123),
      0xbe,
      ...le(DATA),
      0xb9,
      ...le(3),
      0xf3,
      0x66,
      0x6f,
    );
    expect(m.vector()).toBe(DB);
    expect(m.cpu.views.reg32[ECX]).toBe(2);
    expect(m.cpu.views.reg32[ESI]).toBe(DATA + 2);
  });
});

describe('general detect', () => {
  it('faults on the next access, sets BD and clears GD', () => {
    const m = createBareMachine();
    const at = start(m, 0, 0, 0x2400, 0x0f, 0x21, 0xc0);
    expect(m.vector()).toBe(DB);
    expect(m.frame(0)).toBe(at);
    expect(hits(m)).toBe(0x2000);
    expect(m.cpu.views.state[DR7]).toBe(0x400);
    expect(m.cpu.views.state[DR0]).toBe(0);
  });
  it('yields to #GP in ring 3', () => {
    const m = createBareMachine();
    m.cpu.views.state[DR7] = 0x2400;
    m.ring3();
    m.bytes(CODE, 0x0f, 0x21, 0xc0);
    m.run();
    expect(m.vector()).toBe(13);
  });
});
