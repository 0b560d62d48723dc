/** One row of a call stack, as requests, values and steps use it. How stacks become rows, `stack.ts` knows. */
import type { CoroutineId } from '../core/protocol/machine-protocol.ts';
import { type Sentence, tell, type Translate } from '../core/sentences/say.ts';
import type { Resolved } from './coroutines.ts';
import type { SyncReader } from './memory-cache.ts';
import { I386 } from './symbols/constants.ts';
import type { SourcePosition } from './symbols/image.ts';
import type { FrameContext, Homes, Registers } from './symbols/location.ts';
import type { WideRegisters } from './symbols/wide-registers.ts';

/** One row of the call stack. */
export interface Frame {
  readonly coroutine: CoroutineId;
  readonly kind: 'code' | 'label';
  /** Of code; of a label in English. */
  readonly name: string;
  /** Of a label. */
  readonly words?: Sentence;
  /** Run-time address of the instruction shown (the return address in outer frames). */
  readonly pc: number;
  /** Run-time address to look symbols up with. */
  readonly lookupPc: number;
  readonly registers: Registers;
  /** Where they are, for they may be written. */
  readonly homes: Homes;
  /** The same with registers that a call may change: a variable is in one only where the compiler says that this call leaves it alone. */
  readonly unsaved: Homes;
  readonly cfa: number | undefined;
  readonly position: SourcePosition | undefined;
  readonly resolved: Resolved | undefined;
  /** 0 for the innermost inlined call at this pc, counting outwards. */
  readonly inlineDepth: number;
  /** The physical frame: equal for the inlined calls in it. */
  readonly depth: number;
  /** A handler, or more than one, lies between it and the processor: of what that has saved nothing says where the FPU's registers are. */
  readonly isInterrupted: boolean;
  /** Of a task that is not running: CR3 of its address space. */
  readonly cr3?: number | undefined;
  /** Of code: the same object at other stops, as long as nothing but registers that a call may change is another. */
  readonly identity?: object | undefined;
}

/** What a frame without code has: no registers, and no place. */
export const NO_CODE = {
  ...{ pc: 0, lookupPc: 0, registers: [], homes: [], unsaved: [], cfa: undefined },
  ...{ position: undefined, resolved: undefined, inlineDepth: 0, isInterrupted: false },
} as const satisfies Partial<Frame>;

/** What a row of the call stack is called. */
export const titleOf = ({ name, words }: Frame, translate: Translate): string =>
  words ? `― ${tell(words, translate)} ―` : name;

/** What location expressions need of a frame. @param bias of its image's data */
export function frameContext(
  frame: Frame,
  bias: number,
  readMemory: SyncReader,
  wide?: WideRegisters,
): FrameContext {
  return {
    bias,
    registers: frame.registers,
    wide,
    pc: frame.resolved ? (frame.lookupPc - frame.resolved.bias) >>> 0 : frame.lookupPc,
    isCalling: frame.lookupPc !== frame.pc,
    cfa: () => frame.cfa,
    readMemory,
  };
}

/** ESP that a frame has when control returns to it. */
export const stackPointer = (frame: Frame): number => (frame.registers[I386.esp] ?? 0) >>> 0;
