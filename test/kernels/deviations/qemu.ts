/* Where QEMU 7.2 does something else than the manual, by program. */
import type { Deviation } from './deviation.ts';

const RESUME_FLAG =
  'SDM vol. 3B, 17.3.1.1: RF is pushed as 1 for "any fault-class exception" but that of an instruction breakpoint, and for traps and interrupts "after any iteration of a repeated string instruction but the last"';

export const qemuDeviations: readonly Deviation[] = [
  {
    program: 'databreak',
    cases:
      /^(data breakpoints.*|four breakpoints|linear addresses|instructions that access memory): .*: expected (vector|DR6) /,
    does: 'takes an unaligned access for one that begins with its page, and minds the address bits that the length covers',
    manual:
      'SDM vol. 3B, 17.2.5: "a data breakpoint [...] is triggered if any of the bytes participating in the access is within the range"; low-order address bits are masked by the length',
  },
  {
    program: 'databreak',
    cases: /^I\/O breakpoints: .*: expected vector /,
    does: 'looks only at the first port of an access, and minds the address bits that the length covers',
    manual: 'SDM vol. 3B, 17.2.5: the same rule for I/O addresses as for data',
  },
  {
    program: 'databreak',
    cases: /: expected RF( of an event)? (10000, got 0|0, got 10000)$/,
    does: 'pushes RF clear for faults and between iterations, and clears it only where a translated block ends',
    manual: RESUME_FLAG,
  },
  {
    program: 'databreak',
    cases:
      /^(repeated string instructions: .* element 5: expected EIP|I\/O breakpoints: REP .*: expected ECX) /,
    does: 'traps before the last iteration of a REP is counted off and left',
    manual: 'SDM vol. 3B, 17.3.1.2 and 17.3.1.3: a trap, reported behind the instruction',
  },
  {
    program: 'debugreg',
    cases: /: expected RF( of an event)? (10000, got 0|0, got 10000)$/,
    does: 'pushes RF clear for faults and between iterations, and clears it only where a translated block ends',
    manual: RESUME_FLAG,
  },
  {
    program: 'debugreg',
    cases: /^instruction breakpoints: load beyond the limit.*: expected vector 13\(0\), got 32\(0\)$/,
    does: 'does not check the limit of a data segment',
    manual: 'SDM vol. 3A, 5.3: #GP(0)',
  },
  {
    program: 'debugreg',
    cases: /^moves: .* GD 1: expected DR6 ffff2ff0, got ffff0ff0$/,
    does: 'does not set BD',
    manual: 'SDM vol. 3B, 17.2.3 and table 17-2: general detect, BD = 1',
  },
  {
    program: 'debugreg',
    cases: /^values: bit 12: expected DR6 ffff0ff0, got ffff1ff0$/,
    does: 'lets the reserved bit 12 of DR6 be set',
    manual: 'SDM vol. 3B, figure 17-1',
  },
  {
    program: 'dfault',
    cases: /^pairs of exceptions: #(UD|NM|BR), .*: expected vector 1[0123]\([0-9a-f]*[139b]\), got 1[013]\(/,
    does: 'leaves out EXT when the handler of an exception cannot be entered',
    manual:
      'SDM vol. 3A, 6.13: EXT is 1 when "the exception occurred during delivery of an event external to the program"',
  },
  {
    program: 'dfault',
    cases: /^pairs of exceptions: #AC, .*, got 32\(0\)$/,
    does: 'has no alignment check',
    manual: 'SDM vol. 3A, 6.15, interrupt 17: CPL 3 with CR0.AM and EFLAGS.AC set',
  },
  {
    program: 'dfault',
    cases: /^pairs of exceptions: INT n, stack not present: expected vector 12\(b0\), got 10\(b0\)$/,
    does: 'raises #TS for a stack segment of the TSS that is not present',
    manual: 'SDM vol. 2A, INT n: "IF stack segment is not present #SS(SS selector)"',
  },
  {
    program: 'fpuexc',
    cases: /^(units|priorities): .*: expected vector [67]\(0\), got (7|32)\(0\)$/,
    does: 'looks at CR0.TS before CR0.EM and CR4.OSFXSR, and at none of them for EMMS and the conversions of MMX registers',
    manual:
      'SDM vol. 3A, table 12-1: EM gives #UD whatever TS is; 13.1.4 (OSFXSR); vol. 2, exceptions of each instruction',
  },
  {
    program: 'fpuexc',
    cases: /^(units|priorities): .*, pending: expected vector 16\(0\), got 32\(0\)$/,
    does: 'does not raise #MF before loads, exchanges and MMX instructions',
    manual: 'SDM vol. 1, 8.7.1 and 9.6.4: the next waiting x87 or MMX instruction',
  },
  {
    program: 'fpuexc',
    cases: /^priorities: .*: expected vector 13\(0\), got 32\(0\)$/,
    does: 'does not check the limit of a data segment',
    manual: 'SDM vol. 3A, 5.3: #GP(0)',
  },
  {
    program: 'fpuexc',
    cases: /^pending exceptions: .*: expected (ES and B|flags|vector) /,
    does: 'does not compute ES again when the masks change, and does not flag denormal operands of a load',
    manual: 'SDM vol. 1, 8.1.3.3 (ES tells of unmasked flags), 8.5.2',
  },
  {
    program: 'fpuexc',
    cases: /^SIMD exceptions: .*: expected (vector (6|19)\(0\), got 32\(0\)|flags )/,
    does: 'raises no SIMD floating-point exceptions, and sets flags beyond the first',
    manual: 'SDM vol. 1, 11.5.2 and 11.5.3',
  },
  {
    program: 'fpustate',
    cases:
      /^(remembered instruction|environment): .*: expected F(IP|CS|DP|DS|OP)|^FXSAVE: image .*: expected byte /,
    does: 'keeps no opcode, loads no pointers, and stores them as offsets in every mode',
    manual: 'SDM vol. 1, 8.1.8, 8.1.9 and figures 8-9 to 8-12; vol. 2A, FXSAVE and FXRSTOR',
  },
  {
    program: 'fpustate',
    cases: /^MXCSR: .*: expected vector 13\(0\), got 32\(0\)$/,
    does: 'lets reserved bits of MXCSR be set',
    manual:
      'SDM vol. 1, 10.2.3: "an attempt to write a non-zero value to any of these bits [...] general-protection exception"',
  },
  {
    program: 'fpustate',
    cases: /^MMX and the x87 stack: .*: expected (exponent ffff|TOP 0), got /,
    does: 'leaves the exponent of a written MMX register, and TOP by EMMS',
    manual: 'SDM vol. 1, 9.2 and 9.6.2, table 9-1',
  },
  {
    program: 'gates',
    cases: /^gates: jump gate .*: expected vector 11\(98\), got 13\(98\)$/,
    does: 'raises #GP where the target of a JMP through a call gate is not present',
    manual: 'SDM vol. 2A, JMP, CALL-GATE: "IF code segment is not present THEN #NP(code-segment selector)"',
  },
  {
    program: 'gates',
    cases: /^gates: call gate .*, target 1[ce] .*: expected CS 9[9ab], got 9[89a]$/,
    does: 'enters conforming code through a call gate with the DPL of the code as the new CPL',
    manual:
      'SDM vol. 3A, 5.8.3, table 5-1 and 5.8.1.2: the CPL does not change when conforming code is entered',
  },
  {
    program: 'gates',
    cases: /^stacks in the TSS: #UD .*: expected vector 1[02]\([0-9a-f]*1\), got/,
    does: 'leaves out EXT when the stack of an exception handler is bad',
    manual:
      'SDM vol. 3A, 6.13: EXT is 1 when "the exception occurred during delivery of an event external to the program"',
  },
  {
    program: 'gates',
    cases: /^stacks in the TSS: .*, SS1 (not present|too small): expected vector 12/,
    does: 'raises #TS for a stack segment of the TSS that is not present, and does not check its limit',
    manual:
      'SDM vol. 2A, CALL and INT n: "IF stack segment is not present #SS(SS selector)", and room for the frame: #SS(SS selector)',
  },
  {
    program: 'gates',
    cases: /^limits and selectors: gate to offset 10[01] .*: expected vector 13\(0\), got 34\(0\)$/,
    does: 'does not check the offset of a gate against the limit of the code segment',
    manual:
      'SDM vol. 2A, INT n: "IF instruction pointer from IDT gate is not within new code-segment limits #GP(0)"',
  },
  {
    program: 'gates',
    cases: /^pushed flags: #.*: expected RF 10000, got 0$/,
    does: 'pushes RF clear for faults',
    manual: RESUME_FLAG,
  },
  {
    program: 'intr',
    cases: /^interrupted strings: REP .*, interrupted: expected (EIP|vector) /,
    does: 'lets its timer expire late: by the time of the host the REP may be over by then',
    manual: 'SDM vol. 2B, REP: pending interrupts are taken between iterations',
  },
  {
    program: 'intr',
    cases: /^interrupted strings: REP .*, RF: expected RF 10000, got 0$/,
    does: 'pushes RF clear between iterations',
    manual: RESUME_FLAG,
  },
  {
    program: 'paging',
    cases: /: (add|xchg) .*: expected (vector 14\([2367]\), got 14\([0145]\)|entry after .*)$/,
    does: 'reports a read where a read-modify-write instruction faults, and sets the accessed bit for it',
    manual:
      'SDM vol. 3A, 4.7: W/R is 1 "if the access causing the page-fault exception was a write"; such instructions ask for both',
  },
  {
    program: 'paging',
    cases: /^reserved bits of 4 MiB pages: .*: expected vector 14\(.\), got 32\(0\)$/,
    does: 'takes bits 13-20 of a 4 MiB page for address bits without CPUID.PSE36',
    manual: 'SDM vol. 3A, table 4-4: "If the PSE-36 mechanism is not supported, bits 21:13 are reserved"',
  },
  {
    program: 'paging',
    cases:
      /^(rights of PAE pages|reserved bits of (PAE entries|4 MiB pages)): .*: expected vector 14\([9bdf]\), got 14\([8ace]\)$/,
    does: 'reports reserved bits with P clear',
    manual: 'SDM vol. 3A, 4.7: RSVD "can be set only if bit 0 is also set"',
  },
  {
    program: 'paging',
    cases:
      /^page-directory pointers: (load by .*: expected vector 13\(0\), got 32\(0\)|a pointer is kept .*: expected vector 32\(0\), got 14\(0\))$/,
    does: 'reads page-directory-pointer entries on every walk and does not check them when CR3 is loaded',
    manual:
      'SDM vol. 3A, 4.4.1: MOV to CR3 loads the PDPTE registers, and "if any of the PDPTEs sets both the P flag (bit 0) and any reserved bit [...] causes a general-protection exception (#GP(0))"',
  },
  {
    program: 'pit',
    cases: /^(status of the counters|reading the counters|modes of a counter): /,
    does: 'starts every counter at once, knows neither null count nor BCD, and does not let a low gate stop a counter; pulses OUT the other way round in modes 2 and 4',
    manual: 'Intel 8254 datasheet: mode definitions, read-back command, BCD',
  },
  {
    program: 'priv',
    cases: /: RDPMC .*: expected (vector 32\(0\)|vector 13\(0\)|EIP 102), got (6\(0\)|100)$/,
    does: 'has no RDPMC',
    manual:
      'SDM vol. 2B, RDPMC; vol. 3B, performance monitoring of the P6 family: it has the counters 0 and 1',
  },
  {
    program: 'priv',
    cases:
      /^control registers: MOV CR0 with (PE . PG . CD . NW .: expected vector 13\(0\), got 32\(0\)|bit \d+: expected CR0 )/,
    does: 'sets CR0.PG without PE and NW without CD, and keeps what is written to reserved bits',
    manual:
      'SDM vol. 2B, MOV (control registers): "#GP(0) If an attempt is made to write invalid bit combinations in CR0"; vol. 3A, 2.5: reserved bits of CR0 stay clear',
  },
  {
    program: 'priv',
    cases: /^model-specific registers: (RD|WR)MSR .*: expected vector 13\(0\), got 32\(0\)$/,
    does: 'reads unknown registers as 0, and checks neither them nor reserved bits when they are written',
    manual:
      'SDM vol. 2B, WRMSR: "#GP(0) If the value in ECX specifies a reserved or unimplemented MSR address. If the value in EDX:EAX sets bits that are reserved in the MSR specified by ECX"',
  },
  {
    program: 'realmode',
    cases: /^exceptions: INT1, .*: expected vector 1\(0\), got 6\(0\)$/,
    does: 'has no INT1',
    manual: 'SDM vol. 2A, INT n: INT1, opcode F1h, generates a debug exception (#DB)',
  },
  {
    program: 'realmode',
    cases: /^exceptions: MOV CR0 with (PG|NW without CD), .*: expected vector 13\(0\), got 6\(0\)$/,
    does: 'sets CR0.PG without PE, and NW without CD',
    manual:
      'SDM vol. 2B, MOV (control registers), real-address mode exceptions: "#GP If an attempt is made to write invalid bit combinations in CR0"',
  },
  {
    program: 'realmode',
    cases:
      /^((data|strings|stacks|code) at the ends of segments|kept limits): .*: expected vector 1[23]\(0\), got /,
    does: 'checks no segment limits',
    manual:
      'SDM vol. 2, real-address mode exceptions: #GP, or #SS by way of SS, for an operand or a target outside of the segment',
  },
  {
    program: 'realmode',
    cases: /^kept limits: a stack of 32 bits at [1-9a-f].*: expected IP /,
    does: 'pushes the frame of an interrupt by SP, though the stack segment kept its B bit',
    manual:
      'SDM vol. 3A, 9.9.2: segment registers that are not reloaded keep "the descriptor attributes loaded during protected mode"',
  },
  {
    program: 'ret',
    cases: /^stack segments: .* with SS .*: expected (vector 12\(a0\), got 11\(a0\)|accessed 1, got 0)$/,
    does: 'raises #NP for a stack segment that is not present, and does not set its accessed bit',
    manual:
      'SDM vol. 3A, 6.15, interrupt 12: "A not-present stack segment is detected [...] a return to a different privilege level"',
  },
  {
    program: 'ret',
    cases: /^flags: IRET from 0 .*: expected EFLAGS /,
    does: 'leaves VIF and VIP as they are',
    manual:
      'SDM vol. 2A, IRET: "IF CPL = 0 THEN EFLAGS(IOPL) := tempEFLAGS; IF OperandSize = 32 THEN EFLAGS(VIF, VIP) := tempEFLAGS"',
  },
  {
    program: 'ret',
    cases: /^bad selectors: .*EIP beyond the limit.*: expected vector 13\(0\), got 34\(0\)$/,
    does: 'does not check EIP against the limit of the code segment returned to',
    manual: 'SDM vol. 2A, IRET: "IF EIP is not within the new code segment limit THEN #GP(0)"',
  },
  {
    program: 'ret',
    cases:
      /^to virtual-8086 mode: IRET to virtual-8086 mode(, EIP| with).*: expected vector 1[23]\(0\), got /,
    does: 'checks neither EIP nor the stack against their limits in a return to virtual-8086 mode',
    manual:
      'SDM vol. 2A, IRET, RETURN-TO-VIRTUAL-8086-MODE: "IF top 24 bytes of stack are not within stack segment limits THEN #SS(0) [...] IF instruction pointer not within code segment limits THEN #GP(0)"',
  },
  {
    program: 'ret',
    cases: /^to virtual-8086 mode: IRET with VM in its image .*: expected vector 34\(0\), got 13\(0\)$/,
    does: 'looks at VM in the image of an IRET outside of ring 0',
    manual: 'SDM vol. 2A, IRET: "IF tempEFLAGS(VM) = 1 and CPL = 0 THEN GOTO RETURN-TO-VIRTUAL-8086-MODE"',
  },
  {
    program: 'rom',
    cases: /^segments: .. ends at FFFF: expected faults of a word at FFFF 1, got 0$/,
    does: 'checks no segment limits',
    manual:
      'SDM vol. 3A, table 9-1: the limit of each segment is FFFFh after a reset; vol. 2: #GP or #SS beyond it',
  },
  {
    program: 'rom',
    cases: /^units: x87 after a reset: expected control 40, got 37f$/,
    does: 'begins with the x87 state of FNINIT',
    manual: 'SDM vol. 3A, table 9-1: FPU control word 0040H, tag word 5555H after a reset',
  },
  {
    program: 'segload',
    cases: /^limits: .*got 32\(0\)$/,
    does: 'checks neither limit nor type of a data segment when it is used',
    manual:
      'SDM vol. 3A, 5.3 (limits) and 5.5 (writes to read-only, reads of execute-only segments): #GP(0) or #SS(0)',
  },
  {
    program: 'segload',
    cases: /^no descriptor: LTR, null .: expected vector 13\(0\), got 32\(0\)$/,
    does: 'loads a null selector into TR',
    manual: 'SDM vol. 2A, LTR: "#GP(0) If the source operand contains a NULL segment selector"',
  },
  {
    program: 'step',
    cases: /: expected RF( of an event)? (10000, got 0|0, got 10000)$/,
    does: 'pushes RF clear for faults and between iterations, and clears it only where a translated block ends',
    manual: RESUME_FLAG,
  },
  {
    program: 'step',
    cases: /^single step: t_(flags|sti_int): expected EIP of an event /,
    does: 'holds the single-step trap back behind STI',
    manual: 'SDM vol. 2B, STI: only the recognition of maskable interrupts is delayed',
  },
  {
    program: 'step',
    cases:
      /^(several conditions: (TF and data|MOV SS holds data.*|execute behind MOV SS): expected EIP of an event|virtual-8086 mode: access at 2, TF 1: expected CS) /,
    does: 'traps twice for a single step and a data breakpoint, and holds neither back behind MOV SS',
    manual:
      'SDM vol. 3B, table 17-2 (BS with B0 to B3); vol. 3A, 6.8.3: MOV SS inhibits debug exceptions for one instruction',
  },
  {
    program: 'step',
    cases: /^several conditions: ICEBP.*: expected vector 32\(0\), got 6\(0\)$/,
    does: 'has no ICEBP',
    manual: 'SDM vol. 2A, INT1: opcode F1',
  },
  {
    program: 'step',
    cases: /^several conditions: execute REP: expected EIP of an event /,
    does: 'meets an instruction breakpoint again before every iteration of a REP',
    manual: 'SDM vol. 3B, 17.3.1.1: RF holds for the whole instruction',
  },
  {
    program: 'step',
    cases: /^task switches: .*, DR7 enables .*: expected DR7 /,
    does: 'does not clear LE',
    manual: 'SDM vol. 3A, 7.3 and vol. 3B, 17.2.4: L0 to L3 and LE are cleared by a task switch',
  },
  {
    program: 'step',
    cases: /^task switches: .*, T word [13], /,
    does: 'does not know the T flag of a TSS',
    manual: 'SDM vol. 3B, 17.3.1.5',
  },
  {
    program: 'sysenter',
    cases: /with CS [123]( from CPL .)?: expected vector 13\(0\), got 34\(0\)$/,
    does: 'takes only 0 for a null selector in IA32_SYSENTER_CS',
    manual: 'SDM vol. 2B, SYSENTER and SYSEXIT: "IF IA32_SYSENTER_CS[15:2] = 0 THEN #GP(0)"',
  },
  {
    program: 'tss',
    cases: /^segments of the new task: .*: expected EIP /,
    does: 'reports the place of a JMP, CALL or IRET of the old task when a segment of the new one is bad',
    manual:
      'SDM vol. 3A, 7.3: after the commit point "the processor [...] generates the appropriate exception prior to beginning execution of the new task"',
  },
  {
    program: 'tss',
    cases: /^segments of the new task: .* with (CS|SS|LDT) .*: expected vector 1[0-2]\(a0\), got 34\(0\)$/,
    does: 'pushes the frame of the handler through a null SS with a 16-bit stack pointer, where the program does not find it',
    manual:
      'SDM vol. 3A, table 7-1: #TS, #NP or #SS; what a handler in that same task meets is open (6.15, interrupt 10)',
  },
  {
    program: 'tss',
    cases: /^page directories: .*, global page: expected memory 1000, got 1001$/,
    does: 'flushes global pages when a task switch loads CR3',
    manual: 'SDM vol. 3A, 4.10.4.1: a task switch that changes CR3 keeps global entries',
  },
  {
    program: 'tss',
    cases: /^exceptions as tasks: .*: RF: expected RF 10000, got 0$/,
    does: 'saves RF clear for faults',
    manual: RESUME_FLAG,
  },
  {
    program: 'v86',
    cases: /: INT1, .*: expected vector 1\(0\), got 6\(0\)$/,
    does: 'has no INT1',
    manual: 'SDM vol. 2A, INT n: INT1, opcode F1h, generates a debug exception (#DB)',
  },
  {
    program: 'v86',
    cases: /^gates: .*(DPL [123]|code 1[ce] DPL 0): expected vector 13\(9[89]\), got (34\(0\)|13\(98\))$/,
    does: 'lets an interrupt of virtual-8086 mode into code that is conforming or not of ring 0, and leaves out EXT',
    manual:
      'SDM vol. 2A, INT n, operation in protected mode: with EFLAGS.VM set, conforming code or a DPL above 0 is #GP(selector + EXT)',
  },
  {
    program: 'v86',
    cases: /^(data|strings|stacks|code) at the ends of segments: .*: expected vector 1[23]\(0\), got /,
    does: 'checks no segment limits',
    manual:
      'SDM vol. 2, virtual-8086 mode exceptions: #GP(0), or #SS(0) by way of SS, for an operand or a target beyond FFFFh',
  },
  {
    program: 'v86',
    cases: /^tasks: .* with EIP 10100: expected EIP 10100, got /,
    does: 'does not check EIP of a task against FFFFh',
    manual: 'SDM vol. 3A, 7.3, table 7-1: EIP beyond the limit of the code segment is #GP in the new task',
  },
  {
    program: 'virtionet',
    cases: /^modern: [^:]*: expected buffers in the header 1, got /,
    does: 'leaves num_buffers as it was when mergeable buffers were not negotiated (version 7.2)',
    manual:
      'VIRTIO 1.2, 5.1.6.4.1: "If VIRTIO_NET_F_MRG_RXBUF was not negotiated, the device MUST set num_buffers to 1"',
  },
];
