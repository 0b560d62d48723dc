/**
 * The frame that there will be when the code at an address executes: its variables by name, and where they will be as sums of
 * registers and constants.
 *
 * Locations are not taken apart: each is computed for some sets of registers, and what comes out says which registers it
 * is the sum of. So call frame information, frame bases and location lists all count, whatever their form.
 */
import type { Expression } from '../../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { Coroutines, Resolved } from '../coroutines.ts';
import { FrameValues } from '../frame-values.ts';
import type { MemoryCache } from '../memory-cache.ts';
import { type Frame, frameContext } from '../frame.ts';
import type { Location } from '../symbols/location.ts';
import type { CType } from '../symbols/types.ts';
import type { SymbolPath } from '../values/tree.ts';
import { DWARF_REGISTERS, type Locate, type Place } from './translate.ts';

/** Registers that locations are sums of. */
const GENERAL = 8;
/** A set of registers whose sums can be told apart, and how far each is moved to see what depends on it. */
const BASE: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => n * 0x0010_0400);
const STEP = 0x0800_0000;

export interface StaticFrame {
  readonly names: FrameValues;
  readonly locate: Locate;
}

/** @param pc run-time address of the code */
export function staticFrame(
  resolved: Resolved | undefined,
  pc: number,
  coroutine: CoroutineId,
  coroutines: Coroutines,
  memory: MemoryCache,
): StaticFrame {
  function frameWith(general: readonly number[]): FrameValues {
    const registers = [...general, pc, 2];
    const link = resolved ? (pc - resolved.bias) >>> 0 : pc;
    const unwound = resolved?.image.unwind(link, registers, () => undefined);
    const frame: Frame = {
      ...{
        coroutine,
        kind: 'code',
        name: '',
        pc,
        lookupPc: pc,
        registers,
        homes: [],
        unsaved: [],
        cfa: unwound?.cfa,
      },
      ...{
        position: undefined,
        resolved,
        inlineDepth: resolved?.image.functionAt(link)?.inlined.length ?? 0,
      },
      depth: 0,
      isInterrupted: false,
    };
    return new NoMemory(frame, coroutines, memory);
  }
  const names = frameWith(BASE);

  function locate(path: SymbolPath): Place | undefined {
    const at = (general: readonly number[]): Location | undefined =>
      frameWith(general).object(path)?.locate();
    const base = at(BASE);
    if (base?.kind === 'value') return base;
    if (base?.kind === 'register') {
      const name = DWARF_REGISTERS.at(base.number);
      return name === undefined ? undefined : { kind: 'register', name };
    }
    return base?.kind === 'memory' ? sumOf(base.address, at) : undefined;
  }
  return { names, locate };
}

/** A frame in which nothing can be read: what a location needs of memory is not known yet. */
class NoMemory extends FrameValues {
  override locationOf(variable: Parameters<FrameValues['locationOf']>[0]): Location {
    return variable.locate(frameContext(this.frame, this.dataBias, () => undefined));
  }

  /** The lengths of arrays are of a moment. */
  override typeOf(variable: Parameters<FrameValues['typeOf']>[0]): CType {
    return variable.type;
  }
}

/** The address as a sum of registers and a constant; `undefined` when it is none. */
function sumOf(base: number, at: (general: readonly number[]) => Location | undefined): Place | undefined {
  const addressAt = (general: readonly number[]): number | undefined => {
    const location = at(general);
    return location?.kind === 'memory' ? location.address >>> 0 : undefined;
  };
  const parts: number[] = [];
  for (let register = 0; register < GENERAL; register++) {
    const moved = BASE.map((value, n) => (n === register ? value + STEP : value));
    const by = ((addressAt(moved) ?? NaN) - base) >>> 0;
    if (by === STEP) parts.push(register);
    else if (addressAt(moved) !== base >>> 0) return undefined;
  }
  const constant = (base - parts.reduce((sum, register) => sum + BASE[register], 0)) >>> 0;
  // Anything but a sum would not fit other values too.
  const others = BASE.map((value, n) => value * 3 + n * 0x1_0000);
  const expected = (parts.reduce((sum, register) => sum + others[register], 0) + constant) >>> 0;
  if (addressAt(others) !== expected) return undefined;
  const address = parts.reduce<Expression>(
    (sum, register) => ({
      ...{ kind: 'binary', operator: '+', type: 'u32', left: sum },
      right: { kind: 'register', name: DWARF_REGISTERS[register] },
    }),
    { kind: 'constant', type: 'u32', value: constant },
  );
  return { kind: 'memory', address, physical: false };
}
