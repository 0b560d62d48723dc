/**
 * The exception filters that the client offers: what the machine can stop on besides places, in the words of a kernel
 * developer. Each is a catchpoint of the core.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { coOperation } from '../core/abi/abi.ts';
import type { CatchSpec } from '../core/protocol/debug-protocol.ts';

type Catch = CatchSpec extends infer Spec
  ? Spec extends unknown
    ? Omit<Spec, 'id' | 'coroutine'>
    : never
  : never;

interface EventFilter {
  readonly label: string;
  readonly description: string;
  /** Registers that its condition may use besides those of the processor. */
  readonly registers: readonly string[];
  readonly what: Catch;
}

const exceptions = (label: string, description: string, ...vectors: number[]): EventFilter => ({
  label,
  description,
  registers: ['vector', 'error'],
  what: { kind: 'exception', vectors },
});
const control = (register: 0 | 3 | 4, description: string): EventFilter => ({
  label: `Change of CR${register}`,
  description,
  registers: ['before', 'value'],
  what: { kind: 'control', register, change: true },
});

/** By id. */
export const EVENT_FILTERS: Readonly<Record<string, EventFilter>> = {
  'page-fault': exceptions('#PF page fault', 'Before the handler is entered; $cr2 is the address.', 14),
  'general-protection': exceptions('#GP general protection', 'Before the handler is entered.', 13),
  'double-fault': exceptions('#DF double fault', 'A fault whose handler could not be entered.', 8),
  'segment-fault': exceptions(
    '#TS #NP #SS segment faults',
    'Invalid TSS, segment not present, stack fault.',
    ...[10, 11, 12],
  ),
  'divide-error': exceptions('#DE divide error', 'Before the handler is entered.', 0),
  'invalid-opcode': exceptions('#UD invalid opcode', 'Before the handler is entered.', 6),
  'device-not-available': exceptions('#NM device not available', 'The first use of the FPU by a task.', 7),
  'debug-exception': exceptions('#DB debug', "The guest's own hardware breakpoints and single steps.", 1),
  'numeric-error': exceptions('#MF #XM floating-point errors', 'Of the x87 unit and of SSE.', 16, 19),
  'any-exception': exceptions('Any exception', 'Before the handler is entered; narrow it by a condition.'),
  breakpoint: {
    label: "INT3 of the guest's own",
    description: 'At the first instruction of the handler.',
    registers: ['vector'],
    what: { kind: 'interrupt', vectors: [3], source: 'software' },
  },
  'hardware-interrupt': {
    label: 'Hardware interrupt',
    description: 'At the first instruction of the handler; $vector tells which.',
    registers: ['vector'],
    what: { kind: 'interrupt', vectors: [], source: 'hardware' },
  },
  'software-interrupt': {
    label: 'INT n',
    description: 'System calls by interrupt: at the first instruction of the handler.',
    registers: ['vector'],
    what: { kind: 'interrupt', vectors: [], source: 'software' },
  },
  'ring-change': {
    label: 'Change of ring',
    description: 'Behind the transition; $from and $to are rings.',
    registers: ['from', 'to', 'vector', 'error'],
    what: { kind: 'ring', from: -1, to: -1 },
  },
  switch: {
    label: 'Switch between host and guest',
    description:
      'Behind the switch; $from and $to are coroutines (the host is 0), $operation is what is asked for.',
    registers: ['from', 'to', 'operation'],
    what: { kind: 'switch', from: -1, to: -1, operation: -1 },
  },
  'guest-end': {
    label: 'End of a guest',
    description: 'A guest hands the CPU back for good (TERMINATE).',
    registers: ['from', 'to'],
    what: { kind: 'switch', from: -1, to: 0, operation: coOperation.TERMINATE },
  },
  cr0: control(0, 'Paging, protection and caches: behind the instruction.'),
  cr3: control(3, 'Another address space: behind the instruction.'),
  cr4: control(4, 'Extensions of the processor: behind the instruction.'),
  msr: {
    label: 'Write to a model-specific register',
    description: 'Behind WRMSR; $msr is its number, $value the low half.',
    registers: ['msr', 'value'],
    what: { kind: 'msr', index: -1 },
  },
  port: {
    label: 'Use of an I/O port',
    description: 'Behind IN or OUT; $port, $size, $write, $value. Narrow it by a condition.',
    registers: ['port', 'size', 'write', 'value'],
    what: { kind: 'port', first: 0, last: 0xffff, access: 'readWrite' },
  },
  'new-code': {
    label: 'First execution of a page',
    description: 'Before the first instruction of a page that never executed.',
    registers: [],
    what: { kind: 'execute', pages: 'new' },
  },
  'writable-code': {
    label: 'Execution of a writable page',
    description: 'Before the first instruction of each page that is mapped writable.',
    registers: [],
    what: { kind: 'execute', pages: 'writable' },
  },
};

export const CONDITION = 'A C expression over globals and registers';

/** The table as a client wants it. */
export const exceptionBreakpointFilters = (
  translate: (english: string) => string,
): DebugProtocol.ExceptionBreakpointsFilter[] =>
  Object.entries(EVENT_FILTERS).map(([filter, { label, description, registers }]) => ({
    filter,
    label: translate(label),
    description: translate(description),
    supportsCondition: true,
    conditionDescription: [translate(CONDITION), ...registers.map((name) => `$${name}`)].join(', '),
  }));
