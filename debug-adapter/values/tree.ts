/**
 * Checked expressions: each node has its C type, every conversion and every pointer's scale is written out, and what does not
 * depend on the frame is resolved. Plain data, made once by `check.ts` and evaluated as often as needed, here
 * or, translated, where the machine runs.
 */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import type { Location } from '../symbols/location.ts';
import type { CType } from '../symbols/types.ts';
import type { Scalar } from './scalar.ts';
import type { ArithmeticOperator, Comparison } from './syntax.ts';

/** A name, and where it is looked for. */
export interface SymbolPath {
  readonly name: string;
  /** A file, a function, namespaces or a class; absent: what is visible in the frame. */
  readonly scope: string | undefined;
  /** Of the function that is meant: `(int) const`. */
  readonly parameters?: string | undefined;
  /** The coroutine whose names these are; absent: that of the frame. */
  readonly space: Space | undefined;
}

interface Typed {
  readonly type: CType;
  /** Of an lvalue: whose memory it is in. Of a pointer: whose memory it points into. Absent: that of the frame. */
  readonly space: Space | undefined;
}

/** From a class to its part or back: some bytes, or to a virtual base class, as `virtualBase` has it. */
export type ClassStep = { readonly offset: number } | { readonly place: Uint8Array };

export type Node = Typed &
  (
    | { readonly kind: 'constant'; readonly value: Scalar }
    | { readonly kind: 'text'; readonly bytes: Uint8Array }
    /** A global: it is where it is in all frames. */
    | { readonly kind: 'object'; readonly name: string; readonly location: Location }
    /** What has a place only in a frame. */
    | { readonly kind: 'variable'; readonly path: SymbolPath }
    | { readonly kind: 'register'; readonly name: string }
    | { readonly kind: 'msr'; readonly index: Node }
    /** What a pointer points to: its address is a pointer or an unsigned int. */
    | { readonly kind: 'dereference'; readonly address: Node }
    /** Part of a structure; `bits` of a bit field, both counted from the least significant bit. */
    | {
        readonly kind: 'member';
        readonly object: Node;
        readonly offset: number;
        readonly bits: number | undefined;
      }
    /** A virtual base class: where it lies in an object only the object says, by a DWARF expression over its address. */
    | { readonly kind: 'virtualBase'; readonly object: Node; readonly place: Uint8Array }
    /** Of an array, which may lie where there are no addresses. The index is an integer. */
    | { readonly kind: 'element'; readonly object: Node; readonly index: Node }
    /** The address of an lvalue: `&x`, and arrays and functions as pointers. */
    | { readonly kind: 'address'; readonly object: Node }
    /** A pointer to a class as one to another one that it is a part of, or that is a part of it; null stays null. */
    | {
        readonly kind: 'classPointer';
        readonly operand: Node;
        readonly steps: readonly ClassStep[];
      }
    /** Where the member of an object is: of a pointer to its class, and a pointer to one of its members. */
    | { readonly kind: 'memberAddress'; readonly object: Node; readonly member: Node }
    /** Between scalar types, or to void. */
    | { readonly kind: 'convert'; readonly operand: Node }
    | { readonly kind: 'unary'; readonly operator: '-' | '~' | '!'; readonly operand: Node }
    /** Operands have the node's type; the right one of a shift is an integer of any. */
    | {
        readonly kind: 'arithmetic';
        readonly operator: ArithmeticOperator;
        readonly left: Node;
        readonly right: Node;
      }
    /** Operands have the same type. */
    | {
        readonly kind: 'comparison';
        readonly operator: Comparison;
        readonly left: Node;
        readonly right: Node;
      }
    | { readonly kind: 'logical'; readonly operator: '&&' | '||'; readonly left: Node; readonly right: Node }
    /** pointer + index * scale; the index is an integer, and where there is a length from 0 on and less than that. */
    | {
        readonly kind: 'offset';
        readonly pointer: Node;
        readonly index: Node;
        readonly scale: number;
        readonly length?: Node;
      }
    /** (left - right) / scale */
    | { readonly kind: 'distance'; readonly left: Node; readonly right: Node; readonly scale: number }
    | { readonly kind: 'conditional'; readonly condition: Node; readonly yes: Node; readonly no: Node }
    | { readonly kind: 'comma'; readonly left: Node; readonly right: Node }
    /** `value` has the target's type. The result is what the target was before (`x++`) or is now. */
    | { readonly kind: 'assign'; readonly target: Node; readonly value: Node; readonly result: 'old' | 'new' }
    /** Inside the value of an assignment: what its target was. */
    | { readonly kind: 'current' }
  );

/** A checked expression. */
export interface Compiled {
  readonly source: string;
  readonly root: Node;
  /** It assigns to something. */
  readonly changes: boolean;
}

/** Does a node name a place rather than a value? */
export function isPlace(node: Node): boolean {
  switch (node.kind) {
    case 'object':
    case 'variable':
    case 'register':
    case 'msr':
    case 'dereference':
    case 'text':
      return true;
    case 'member':
    case 'virtualBase':
    case 'element':
      return isPlace(node.object);
    default:
      return false;
  }
}
