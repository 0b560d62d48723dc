/**
 * What a C expression is before anything is known of its names: the syntax tree that `parser.ts` makes and `check.ts` gives
 * types to. Plain data.
 */

import type { Encoding } from './characters.ts';

/** Whose names and memory an expression is about: `host:`, `guest0:`, `physical:`. */
export type SpaceName = string;

/** A type name (C11 6.7.7). */
export type TypeSyntax =
  /** `unsigned int`, `struct task`, `u8`; words of base types in the order of the source. */
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'typeof'; readonly operand: Syntax | TypeSyntax }
  | {
      readonly kind: 'qualified';
      readonly word: 'const' | 'volatile' | 'restrict' | 'atomic';
      readonly target: TypeSyntax;
    }
  | { readonly kind: 'pointer'; readonly target: TypeSyntax }
  | { readonly kind: 'array'; readonly element: TypeSyntax; readonly length: Syntax | undefined }
  | {
      readonly kind: 'function';
      readonly returns: TypeSyntax;
      readonly parameters: readonly TypeSyntax[];
      readonly variadic: boolean;
      readonly prototyped: boolean;
    };

/** A step from a structure to what lies in it, in `offsetof` and `container_of`. */
export type Designator = { readonly member: string } | { readonly index: Syntax };

export type UnaryOperator = '+' | '-' | '~' | '!' | '*' | '&';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>';
export type Comparison = '==' | '!=' | '<' | '>' | '<=' | '>=';
export type BinaryOperator = ArithmeticOperator | Comparison | '&&' | '||' | ',';

export type Syntax =
  | { readonly kind: 'integer'; readonly value: bigint; readonly decimal: boolean; readonly suffix: string }
  | { readonly kind: 'floating'; readonly text: string; readonly suffix: '' | 'f' | 'l' }
  | { readonly kind: 'character'; readonly value: bigint; readonly encoding: Encoding }
  /** `units`: of the encoding's size, without the terminator. */
  | { readonly kind: 'string'; readonly units: readonly number[]; readonly encoding: Encoding }
  /** `scope`: a file, a function, namespaces or a class. `parameters`: of the function that is meant, `(int) const`. */
  | {
      readonly kind: 'name';
      readonly name: string;
      readonly scope: string | undefined;
      readonly parameters?: string;
    }
  /** `index`: the number of a model-specific register. */
  | { readonly kind: 'register'; readonly name: string; readonly index: Syntax | undefined }
  | { readonly kind: 'space'; readonly space: SpaceName; readonly operand: Syntax }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Syntax }
  /** `object.*member`, `object->*member` of C++. */
  | {
      readonly kind: 'throughMember';
      readonly object: Syntax;
      readonly member: Syntax;
      readonly arrow: boolean;
    }
  | {
      readonly kind: 'update';
      readonly operator: '++' | '--';
      readonly prefix: boolean;
      readonly operand: Syntax;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Syntax;
      readonly right: Syntax;
    }
  /** Without `yes` it is the condition itself (GNU C). */
  | {
      readonly kind: 'conditional';
      readonly condition: Syntax;
      readonly yes: Syntax | undefined;
      readonly no: Syntax;
    }
  | {
      readonly kind: 'assign';
      /** Of `+=` and its like. */
      readonly operator: ArithmeticOperator | undefined;
      readonly target: Syntax;
      readonly value: Syntax;
    }
  /** `keepsBits`: a `reinterpret_cast`, which moves no pointer. */
  | {
      readonly kind: 'cast';
      readonly type: TypeSyntax;
      readonly operand: Syntax;
      readonly keepsBits: boolean;
    }
  | { readonly kind: 'measure'; readonly what: 'sizeof' | '_Alignof'; readonly operand: Syntax }
  | { readonly kind: 'measureType'; readonly what: 'sizeof' | '_Alignof'; readonly type: TypeSyntax }
  | { readonly kind: 'offsetof'; readonly type: TypeSyntax; readonly path: readonly Designator[] }
  | {
      readonly kind: 'containerOf';
      readonly pointer: Syntax;
      readonly type: TypeSyntax;
      readonly path: readonly Designator[];
    }
  | { readonly kind: 'index'; readonly base: Syntax; readonly index: Syntax }
  /** `scope`: the base class that it is of. */
  | {
      readonly kind: 'member';
      readonly object: Syntax;
      readonly name: string;
      readonly arrow: boolean;
      readonly scope: readonly string[];
    }
  | { readonly kind: 'call'; readonly callee: Syntax };
