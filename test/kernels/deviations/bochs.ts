/* Where Bochs 2.7 does something else than the manual, by program. */
import type { Deviation } from './deviation.ts';

const RESUME_FLAG =
  'SDM vol. 3B, 17.3.1.1: RF is pushed as 1 for "any fault-class exception" but that of an instruction breakpoint, and for traps and interrupts "after any iteration of a repeated string instruction but the last"';

export const bochsDeviations: readonly Deviation[] = [
  {
    program: 'databreak',
    cases:
      /^(repeated string instructions: REP .*|I\/O breakpoints: REP .*|moves: .* GD 1|single step: t_.*): expected RF( of an event)? 10000, got 0$/,
    does: 'pushes RF clear between iterations and for general detect',
    manual: RESUME_FLAG,
  },
  {
    program: 'debugreg',
    cases:
      /^(repeated string instructions: REP .*|I\/O breakpoints: REP .*|moves: .* GD 1|single step: t_.*): expected RF( of an event)? 10000, got 0$/,
    does: 'pushes RF clear between iterations and for general detect',
    manual: RESUME_FLAG,
  },
  {
    program: 'ferr',
    cases: /^IRQ 13: .* waits for IRQ 13: expected EIP /,
    does: 'raises IRQ 13 at the waiting instruction, but executes that',
    manual:
      'SDM vol. 1, 8.7.2: "the processor [...] freezes just before executing the next waiting floating-point instruction"',
  },
  {
    program: 'ferr',
    cases: /^IGNNE#: .*: expected vector (32\(0\), got 61|61\(0\), got 32)\(0\)$/,
    does: 'has no IGNNE#',
    manual: 'SDM vol. 1, appendix D.2.1: port F0h asserts IGNNE# while FERR# is asserted',
  },
  {
    program: 'intr',
    cases: /^moments: an instruction breakpoint behind POPF: /,
    does: 'raises the instruction breakpoint before the pending interrupt',
    manual: 'SDM vol. 3A, table 6-2: maskable interrupts are class 6, code breakpoint faults class 7',
  },
  {
    program: 'intr',
    cases: /^interrupted strings: REP .*, RF: expected RF 10000, got 0$/,
    does: 'pushes RF clear between iterations',
    manual: RESUME_FLAG,
  },
  {
    program: 'paging',
    cases:
      /^(reserved bits of .*: \w+ (of|with) .* ?bit (1[789]|20|3[6789]).*|page-directory pointers: load by .* with bit 3[6789] .*): expected vector .*, got 32\(0\)$/,
    does: 'has 40 bits of physical address whatever its CPUID says',
    manual:
      'SDM vol. 3A, 4.1.4: without CPUID leaf 80000008H "the width is generally 36 if CPUID.01H:EDX.PAE = 1"',
  },
  {
    program: 'pic',
    cases: /^registers of the controllers: initialisation: expected nothing below 10, got 4$/,
    does: 'keeps special mask mode over ICW1',
    manual: 'Intel 8259A datasheet, ICW1: "Special Mask Mode is cleared and Status Read is set to IRR"',
  },
  {
    program: 'pic',
    cases: /^masks: .*: expected IRQ [0-9a-f]+, got [0-9a-f]+$/,
    does: 'gives the request that raised INT first although one of higher priority was unmasked since',
    manual: 'Intel 8259A datasheet, priority resolver: the highest is selected "during the INTA sequence"',
  },
  {
    program: 'pic',
    cases: /^polling: .*: expected poll /,
    does: 'does not set bit 7 of the poll word',
    manual: 'Intel 8259A datasheet, poll command: "I: equal to a 1 if there is an interrupt"',
  },
  {
    program: 'pit',
    cases: /^modes of a counter: mode 1: expected OUT without a trigger 1, got 0$/,
    does: 'starts mode 1 without a trigger',
    manual:
      'Intel 8254 datasheet, mode 1: "OUT will be initially high [and] go low on the CLK pulse following a trigger"',
  },
  {
    program: 'realmode',
    cases: /: PUSHAD? with SP ([79bdf]): expected vector 13\(0\), got 12\(0\)$/,
    does: 'raises #SS where the stack ends inside of the words of PUSHA',
    manual:
      'SDM vol. 2B, PUSHA/PUSHAD, real-address mode exceptions: "#GP If the ESP or SP register contains 7, 9, 11, 13, or 15"',
  },
  {
    program: 'ret',
    cases: /^stack segments: IRET with SS .*: expected vector 12\(a0\), got 11\(a0\)$/,
    does: 'raises #NP for a stack segment that is not present in IRET (but #SS in RETF)',
    manual:
      'SDM vol. 3A, 6.15, interrupt 12: "A not-present stack segment is detected [...] a return to a different privilege level"',
  },
  {
    program: 'ret',
    cases:
      /^to virtual-8086 mode: IRET to virtual-8086 mode, EIP 1000.: expected vector 13\(0\), got 6\(0\)$/,
    does: 'cuts EIP to 16 bits in a return to virtual-8086 mode',
    manual:
      'SDM vol. 2A, IRET, RETURN-TO-VIRTUAL-8086-MODE: "IF instruction pointer not within code segment limits THEN #GP(0)"',
  },
  {
    program: 'step',
    cases:
      /^(repeated string instructions: REP .*|I\/O breakpoints: REP .*|moves: .* GD 1|single step: t_.*): expected RF( of an event)? 10000, got 0$/,
    does: 'pushes RF clear between iterations and for general detect',
    manual: RESUME_FLAG,
  },
  {
    program: 'step',
    cases: /^several conditions: MOV SS holds data, INT: expected an event at /,
    does: 'drops the debug exception that MOV SS holds back when INT n follows',
    manual: 'SDM vol. 3A, 6.8.3: it is held until behind the next instruction',
  },
  {
    program: 'step',
    cases: /^task switches: .*, TF in the old task: expected vector 1\(0\), got 34\(0\)$/,
    does: 'drops the single-step trap of an instruction that switches tasks',
    manual:
      'SDM vol. 3B, 17.3.1.4: TF set while the instruction was executed; only INT n and INTO are excepted',
  },
  {
    program: 'v86',
    cases: /IOPL 3, .*flags [67]: expected .*, got 13\(0\)$/,
    does: 'looks at VIF and VIP, both set, with IOPL 3 too',
    manual:
      'SDM vol. 3A, 2.3: "The processor only recognizes the VIP flag when either the VME flag or the PVI flag in control register CR4 is set and the IOPL is less than 3"',
  },
  {
    program: 'v86',
    cases: /: PUSHAD? with SP ([79bdf]): expected vector 13\(0\), got 12\(0\)$/,
    does: 'raises #SS where the stack ends inside of the words of PUSHA',
    manual:
      'SDM vol. 2B, PUSHA/PUSHAD, virtual-8086 mode exceptions: "#GP(0) If the ESP or SP register contains 7, 9, 11, 13, or 15"',
  },
];
