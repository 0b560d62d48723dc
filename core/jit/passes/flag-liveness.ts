/**
 * Which flags each operation must leave: those that something reads before they are replaced. Whatever may leave the region
 * (an access that may fault, the interpreter, a budget that ends) reads all of them.
 */
import { Flags, type Operand, type Operation } from '../ir.ts';
import { isMemory } from '../lift.ts';
import { type Region, type RegionBlock, targetsOf } from '../region.ts';
import type { Budget } from './budget.ts';
import type { Structure } from './structure.ts';

/** Flags that each condition code reads, by pairs (SDM vol. 1, appendix B). */
const CONDITION_FLAGS = [
  Flags.Overflow,
  Flags.Carry,
  Flags.Result,
  Flags.Carry | Flags.Result,
  Flags.Result,
  Flags.Result,
  Flags.Result | Flags.Overflow,
  Flags.Result | Flags.Overflow,
];
const readByCondition = (code: number) => CONDITION_FLAGS[code >> 1]!;

/** @property changes flags that it may replace. @property replaces those that it surely does. @property reads */
interface Effect {
  readonly changes: number;
  readonly replaces: number;
  readonly reads: number;
  /** It may leave the region before it has changed anything. */
  readonly leaves: boolean;
}

const touches = (...operands: Operand[]) => operands.some(isMemory);
const effect = (leaves: boolean, changes = 0, reads = 0, replaces = changes): Effect => ({
  changes,
  replaces,
  reads,
  leaves,
});

/** What an operation does to the flags. */
export function effectOf(operation: Operation): Effect {
  switch (operation.op) {
    case 'nop':
    case 'lea':
    case 'swap-bytes':
    case 'widen':
    case 'direction':
      return effect(false);
    case 'mov':
      return effect(touches(operation.to, operation.from));
    case 'extend':
      return effect(touches(operation.from));
    case 'alu': {
      const carryIn = operation.name === 'adc' || operation.name === 'sbb';
      return effect(touches(operation.to, operation.from), Flags.All, carryIn ? Flags.Carry : 0);
    }
    case 'unary': {
      const { name } = operation;
      const changes = name === 'not' ? 0 : name === 'neg' ? Flags.All : Flags.Result | Flags.Overflow;
      return effect(touches(operation.to), changes);
    }
    case 'shift': {
      const { name } = operation;
      const throughCarry = name === 'rcl' || name === 'rcr';
      const rotates = throughCarry || name === 'rol' || name === 'ror';
      const changes = operation.keepsOverflow
        ? Flags.Carry
        : rotates
          ? Flags.Carry | Flags.Overflow
          : Flags.All;
      // Rotates keep AF; a count in CL may be 0, which changes nothing.
      const reads =
        (rotates && !operation.keepsOverflow ? Flags.Overflow : 0) | (throughCarry ? Flags.Carry : 0);
      return effect(touches(operation.to), changes, reads, operation.count.kind === 'constant' ? changes : 0);
    }
    case 'double-shift':
      return effect(touches(operation.to), Flags.All, 0, operation.count.kind === 'constant' ? Flags.All : 0);
    case 'multiply':
      return effect(touches(operation.a, operation.b), Flags.All);
    case 'wide-multiply':
      return effect(touches(operation.from), Flags.All);
    case 'divide':
    case 'push':
    case 'pop':
    case 'leave':
    case 'enter':
    case 'push-all':
    case 'pop-all':
      return effect(true);
    case 'compare-exchange-8':
      // ZF alone is replaced.
      return effect(true, Flags.Result, Flags.Result, 0);
    case 'set':
      return effect(touches(operation.to), 0, readByCondition(operation.condition));
    case 'conditional-move':
      return effect(touches(operation.from), 0, readByCondition(operation.condition));
    case 'exchange':
      return effect(touches(operation.a));
    case 'exchange-add':
    case 'compare-exchange':
      return effect(touches(operation.to), Flags.All);
    case 'bit':
      return effect(touches(operation.to), Flags.Carry);
    case 'scan':
      return effect(touches(operation.from), Flags.All);
    case 'carry':
      return effect(false, Flags.Carry, operation.to === 'complement' ? Flags.Carry : 0);
    case 'push-flags':
      return effect(true);
    case 'flags-to-ah':
      return effect(false, 0, Flags.All);
    case 'flags-from-ah':
      return effect(false, Flags.All, Flags.Overflow);
    case 'read-state':
      return effect(false);
    case 'interpret':
      return effect(true);
    case 'float-order':
    case 'x87-order':
      return effect(true, Flags.All);
    case 'x87-conditional-move':
      return effect(true, 0, readByCondition(operation.condition));
    // SSE and x87 instructions may find their unit switched off, or an exception pending.
    default:
      return effect(true);
  }
}

/** Flags that are read before a terminator has gone anywhere. */
function readByTerminator({ terminator }: RegionBlock): number {
  switch (terminator.kind) {
    case 'fall':
    case 'jump':
      return 0;
    case 'branch':
      if (typeof terminator.when === 'number') return readByCondition(terminator.when);
      return Flags.Result;
    default:
      return Flags.All;
  }
}

/** Fills in `flags` of all operations. At its head a loop may be left, so all flags live there. */
export function markLiveFlags(region: Region, { edge }: Structure, { heads }: Budget): void {
  const before = new Map<RegionBlock, number>();
  const liveAt = (from: RegionBlock, eip: number) => {
    const block = region.at.get(eip);
    if (!block || heads.has(block) || edge(from, eip) === 'exit') return Flags.All;
    return before.get(block) ?? 0;
  };
  function walk(block: RegionBlock): number {
    let live = readByTerminator(block);
    for (const eip of targetsOf(block)) live |= liveAt(block, eip);
    for (let n = block.operations.length - 1; n >= 0; n--) {
      const operation = block.operations[n]!;
      const { changes, replaces, reads, leaves } = effectOf(operation);
      operation.flags = live & changes;
      live = leaves ? Flags.All : (live & ~replaces) | reads;
    }
    return live;
  }
  for (let changed = true; changed;) {
    changed = false;
    for (let n = region.blocks.length - 1; n >= 0; n--) {
      const block = region.blocks[n]!;
      const live = walk(block);
      if (live === before.get(block)) continue;
      before.set(block, live);
      changed = true;
    }
  }
}
