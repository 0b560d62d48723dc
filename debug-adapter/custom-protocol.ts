/**
 * The adapter's own requests and events, `colinux/…`, which any client may use. docs/protocol.md tells what they are for; the
 * schemas there are made of these types (`npm run schemas`), comments and tags included.
 */
import type {
  BranchRecord,
  PageWalk,
  SpaceRecord,
  TransitionRecord,
} from '../core/protocol/debug-protocol.ts';
import type { SwitchRecord } from '../core/protocol/machine-protocol.ts';
import type { TrafficItem, TrafficRecord } from '../core/protocol/traffic-protocol.ts';
import type { TableName, TssField } from './descriptor-problems.ts';
import type { BranchCoverage, FunctionCoverage, LineCoverage } from './coverage/coverage.ts';
import type { DeviceNode } from './devices/device-nodes.ts';
import type { CpuProfile } from './profile/cpuprofile.ts';
import type { RegionKind } from './regions.ts';
import type { TerminalInfo } from './terminals.ts';

export interface TerminalArguments {
  /** com1; line; cocon0, cocon1, … */
  terminal: string;
}

export interface ConsoleInput extends TerminalArguments {
  /** What was typed, as a terminal sends it. */
  data: string;
}

export interface ConsoleResize extends TerminalArguments {
  /**
   * @minimum 1
   * @maximum 1000
   */
  columns: number;
  /**
   * @minimum 1
   * @maximum 1000
   */
  rows: number;
}

export interface ConsolePower {
  /** cocon0, cocon1, … */
  terminal: string;
  action: 'ctrl-alt-del' | 'shutdown' | 'off';
}

export interface Status {
  running: boolean;
  /** The name of the thread that owns the CPU. */
  coroutine: string;
  /**
   * @minimum 0
   * @maximum 3
   */
  ring: number;
  virtualTimeNs: number;
  /** Retired since the start. */
  instructions: number;
}

export interface StateHash {
  /** @pattern ^[0-9a-f]{16}$ */
  hash: string;
}

export interface PageWalkArguments {
  memoryReference: string;
  /** What would be done with the address; a read if absent. */
  access?: 'read' | 'write' | 'execute';
  /** By ring 3. */
  user?: boolean;
}

export interface PageWalkBody extends PageWalk {
  /** Why the access would fault, in words. */
  reason?: string;
}

export interface ThreadArguments {
  threadId: number;
}

/** What many ranges have in common. */
export interface RangeKind {
  /** rwx, user or supervisor, large, global, uncached, write-through, device */
  flags: string;
  /**
   * What it is: a section of the kernel, of a module or of a program, the passage page, the I/O area, a map of RAM at an offset or at the same
   * addresses, a device, else memory of ring 3 or of the kernel.
   */
  region: RegionKind;
  /** Of the section; of the guest whose passage page it is. */
  name?: string;
  /** Thread of the kernel whose memory the frames are; absent for devices. */
  owner?: number;
}

export interface MappedRange extends RangeKind {
  start: number;
  /** Last address, included. */
  last: number;
  /** Where the range begins in physical memory. */
  physical: number;
}

export interface MappingsBody {
  /** Of the address space: another value is another space. */
  cr3: number;
  /** Ascending; neighbours with the same flags and physical order are one. */
  mappings: MappedRange[];
  /** Ranges were left out. */
  truncated: boolean;
}

export interface PackedRanges {
  /** What ranges have in common, each once. */
  kinds: RangeKind[];
  /** Four little-endian words of 32 bits for each range, in base64: first and last address, physical address, index of its kind. */
  ranges: string;
}

export interface PackedMappingsBody extends PackedRanges {
  /** Of the address space: another value is another space. */
  cr3: number;
  /** Ranges were left out. */
  truncated: boolean;
}

export interface ReverseMappingBody {
  mappings: {
    cr3: number;
    /** Absent for a space that was loaded lately and is not in use now. */
    threadId?: number;
    linear: number;
    flags: string;
  }[];
}

export interface DescriptorsArguments extends ThreadArguments {
  table: TableName;
}

export interface DescriptorsBody {
  base: number;
  limit: number;
  /** Of the table's register. */
  problems: readonly string[];
  /** Those that are not zero. */
  entries: DescriptorBody[];
}

export interface DescriptorBody {
  index: number;
  /** Its two dwords. */
  low: number;
  high: number;
  /** In words. */
  text: string;
  /** Where a gate leads, and the name of what is there. A task gate has neither: its task goes on where it was. */
  target?: number;
  handler?: string;
  problems: readonly string[];
}

export interface SetDescriptorArguments extends DescriptorsArguments {
  index: number;
  /** The two dwords of the entry. */
  low: number;
  high: number;
  /** Nothing is written: only what the entry would be is answered. */
  checkOnly?: boolean;
}

export interface SetTaskFieldArguments extends ThreadArguments {
  field: TssField;
  value: number;
}

export interface TaskStateBody {
  selector: number;
  base: number;
  limit: number;
  fields: Readonly<Record<TssField, number>>;
  problems: readonly string[];
}

export interface RecordArguments {
  /** Sequence number to begin with; a negative number counts from the end. */
  first: number;
  /**
   * @minimum 0
   * @maximum 4096
   */
  most: number;
}

export interface Counted {
  /** How many there were since boot, kept or not: the sequence number of the next one. */
  count: number;
}

export interface BranchArguments {
  /**
   * @minimum 0
   * @maximum 4096
   */
  most: number;
}

export interface RecordTextArguments {
  /** As the commands of the debug console. */
  record: 'switches' | 'rings' | 'last-branches';
  /**
   * @minimum 1
   * @maximum 4096
   */
  most: number;
}

/** Names of where it came from and where it led to, when symbols are known. */
export interface Named {
  fromSymbol?: string;
  toSymbol?: string;
}

export type NamedTransition = TransitionRecord & Named;

/** A crossing; its names are those of the callers of the passage on both sides. */
export type NamedSwitch = SwitchRecord & Named & { /** Of `operation`. */ operationName: string };

/** Whose device it is. */
export interface OfUnit {
  /** What guests call it: `guest0: cobd0`. */
  unit?: string;
}

export interface TrafficBody extends Counted {
  traffic: (TrafficRecord & OfUnit)[];
  /** Requests that nobody has answered yet. */
  waiting: (TrafficItem & OfUnit)[];
}

export interface CaptureBody {
  /** A file in pcapng, in base64. */
  data: string;
  packets: number;
}

export interface SampleArguments {
  /** Whose globals; without it, those of the first guest, else of the kernel. */
  threadId?: number;
  /** @maxItems 100 */
  expressions: string[];
}

/** The text of each value, or why it has none. */
export interface SampleBody {
  values: { text?: string; error?: string }[];
}

/** The statement that the instruction at an address belongs to. */
export interface SourceAtBody {
  /** As the client knows it. */
  path: string;
  line: number;
  /** 0 if it is not known. */
  column: number;
}

/** A task of a kernel that is known (docs/awareness.md). */
export interface TaskBody {
  threadId: number;
  /** Of its kernel: 0 is the host. */
  coroutine: number;
  /** The kernel's own number. */
  id: number;
  name: string;
  /** In the words of its kernel. */
  state: string;
  waitsFor?: string;
  /** It is what its kernel runs. */
  current: boolean;
  /** It has no memory of ring 3. */
  ofKernel: boolean;
}

export interface KernelBody {
  threadId: number;
  coroutine: number;
  name: string;
  /** It owns the CPU. */
  current: boolean;
  /** The operation by which one that is away has given up the CPU. */
  operation?: string;
  /** Bytes of the memory that it gives out, of a kernel that is known. */
  memory?: { total: number; free: number };
  /** Its log can be read: `colinux/kernelLog`. */
  hasLog: boolean;
}

export interface CoverageBody {
  /** Sources as the client knows them. */
  files: {
    path: string;
    /** Lines with code, and how often each ran. */
    lines: LineCoverage[];
    functions: FunctionCoverage[];
    /** Conditional jumps. */
    branches: BranchCoverage[];
  }[];
}

/** Arguments and body of the answer, by command. */
export interface CustomRequests {
  'colinux/consoleAttach': { arguments: TerminalArguments; body: { data: string } };
  'colinux/consoleInput': { arguments: ConsoleInput; body: undefined };
  'colinux/consoleResize': { arguments: ConsoleResize; body: undefined };
  'colinux/power': { arguments: ConsolePower; body: undefined };
  'colinux/nmi': { arguments: undefined; body: undefined };
  /** Without arguments the last 4096. */
  'colinux/switches': {
    arguments: Partial<RecordArguments> | undefined;
    body: Counted & { switches: NamedSwitch[] };
  };
  'colinux/pageWalk': { arguments: PageWalkArguments; body: PageWalkBody };
  'colinux/mappings': { arguments: ThreadArguments; body: MappingsBody };
  'colinux/packedMappings': { arguments: ThreadArguments; body: PackedMappingsBody };
  'colinux/reverseMap': { arguments: { physical: number }; body: ReverseMappingBody };
  'colinux/descriptors': { arguments: DescriptorsArguments; body: DescriptorsBody };
  'colinux/setDescriptor': { arguments: SetDescriptorArguments; body: DescriptorBody };
  'colinux/taskState': { arguments: ThreadArguments; body: TaskStateBody };
  'colinux/setTaskField': { arguments: SetTaskFieldArguments; body: TaskStateBody };
  'colinux/transitions': { arguments: RecordArguments; body: Counted & { transitions: NamedTransition[] } };
  'colinux/spaceLoads': { arguments: RecordArguments; body: Counted & { loads: readonly SpaceRecord[] } };
  'colinux/branches': { arguments: BranchArguments; body: { branches: (BranchRecord & Named)[] } };
  'colinux/coverage': { arguments: undefined; body: CoverageBody };
  'colinux/sourceAt': { arguments: { memoryReference: string }; body: SourceAtBody };
  'colinux/traffic': { arguments: RecordArguments; body: TrafficBody };
  'colinux/capture': { arguments: undefined; body: CaptureBody };
  'colinux/devices': { arguments: undefined; body: { devices: DeviceNode[] } };
  'colinux/tasks': { arguments: undefined; body: { kernels: KernelBody[]; tasks: TaskBody[] } };
  'colinux/recordText': { arguments: RecordTextArguments; body: { text: string } };
  'colinux/kernelLog': { arguments: ThreadArguments; body: { text: string } };
  'colinux/sample': { arguments: SampleArguments; body: SampleBody };
  'colinux/startProfile': { arguments: undefined; body: undefined };
  'colinux/stopProfile': { arguments: undefined; body: CpuProfile };
  'colinux/stateHash': { arguments: undefined; body: StateHash };
}

export interface CustomEvents {
  /** Of a launch with `coverage`, when the machine has ended. */
  'colinux/coverage': CoverageBody;
  'colinux/console': { terminal: TerminalInfo; data: string };
  'colinux/status': Status;
  'colinux/profile': CpuProfile;
}
