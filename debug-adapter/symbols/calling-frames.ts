/**
 * What a frame that waits for a called function still has in registers. EAX, ECX, EDX and all of floating point and vectors belong to
 * whoever runs (System V ABI, Intel386 supplement, "Registers"): no frame information says where a caller's are, and the unwinder hands
 * on what the called function has made of them.
 */
import { say, type Sentence } from '../../core/sentences/say.ts';
import { SCRATCH } from './constants.ts';
import { type FrameContext, type Location, readRegister } from './location.ts';
import { registerName } from './register-names.ts';
import { wideRegister } from './wide-registers.ts';

/** By register number, without those that a call may change. */
export const withoutScratch = <T>(registers: readonly (T | undefined)[]): (T | undefined)[] =>
  registers.map((one, number) => (SCRATCH.includes(number) ? undefined : one));

/** GCC knows which registers a called function leaves alone (-fipa-ra), and ends all other places inside of the call instruction. */
const ENDS_IN_CALLS = /^GNU /;

/**
 * The frame as the places of a unit's variables are to be taken: LLVM lets them go on to the end of the call instruction, for a called
 * function's registers too.
 * @param producer DW_AT_producer of the unit
 */
export function keptIn(frame: FrameContext, producer: string | undefined): FrameContext {
  if (!frame.isCalling || (producer !== undefined && ENDS_IN_CALLS.test(producer))) return frame;
  return { ...frame, registers: withoutScratch(frame.registers), wide: undefined };
}

/** Why a register is not known in a frame. */
export function unknownRegister(number: number, frame: FrameContext | undefined): Sentence {
  const name = registerName(number);
  return frame?.isCalling && (SCRATCH.includes(number) || wideRegister(number) !== undefined)
    ? say`it was in ${name}, which the called function may have changed`
    : say`register ${name} is not known in this frame`;
}

/** A place in registers that are not known in a frame is none. */
export function knownPlace(location: Location, frame: FrameContext): Location {
  switch (location.kind) {
    case 'register': {
      if (readRegister(location.number, 1, frame)) return location;
      return { kind: 'optimised-out', reason: unknownRegister(location.number, frame) };
    }
    case 'pieces':
      return {
        kind: 'pieces',
        pieces: location.pieces.map((piece) => ({ ...piece, location: knownPlace(piece.location, frame) })),
      };
    default:
      return location;
  }
}
