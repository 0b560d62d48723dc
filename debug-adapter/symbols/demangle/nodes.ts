/**
 * What a mangled name of C++ says, as a tree. Parts that a substitution repeats are the same object, so a short name can be a large tree: who
 * walks it counts. Source: Itanium C++ ABI, 5.1.
 */

export type Node =
  | { readonly k: 'name'; readonly text: string }
  /** Names around a name. */
  | { readonly k: 'in'; readonly scope: Node; readonly name: Node }
  | { readonly k: 'template'; readonly name: Node; readonly args: readonly Node[] }
  /** A name of the library that has a short form, and what it stands for. */
  | { readonly k: 'short'; readonly text: string; readonly full: Node }
  | { readonly k: 'tagged'; readonly name: Node; readonly tag: string }
  | { readonly k: 'constructor' | 'destructor'; readonly of: Node }
  | { readonly k: 'operator'; readonly text: string }
  | { readonly k: 'conversion'; readonly to: Node }
  | { readonly k: 'lambda'; readonly parameters: readonly Node[]; readonly number: number }
  /** A word before what it is about: `vtable for A`. */
  | { readonly k: 'special'; readonly word: string; readonly of: Node; readonly in?: Node }
  /** A function: its name with the type it has. */
  | { readonly k: 'encoding'; readonly name: Node; readonly type: FunctionNode }
  | { readonly k: 'qualified'; readonly of: Node; readonly words: string }
  | { readonly k: 'pointer'; readonly to: Node; readonly sign: '*' | '&' | '&&' }
  /** A type with something behind it: ` _Complex`. */
  | { readonly k: 'suffixed'; readonly of: Node; readonly text: string }
  | { readonly k: 'vector'; readonly of: Node; readonly length: Node }
  | { readonly k: 'array'; readonly of: Node; readonly length: Node | undefined }
  | { readonly k: 'memberPointer'; readonly to: Node; readonly owner: Node }
  | FunctionNode
  /** Of a template: what it stands for is said by the name of the function around it. */
  | { readonly k: 'parameter'; readonly index: number }
  | { readonly k: 'pack'; readonly items: readonly Node[] }
  | { readonly k: 'expansion'; readonly of: Node }
  /** `sizeof...` of one. */
  | { readonly k: 'packLength'; readonly of: Node }
  | { readonly k: 'decltype'; readonly of: Node }
  | { readonly k: 'literal'; readonly type: Node; readonly letter: string; readonly value: string }
  | { readonly k: 'unary'; readonly op: string; readonly of: Node }
  | { readonly k: 'postfix'; readonly op: string; readonly of: Node }
  | { readonly k: 'binary'; readonly op: string; readonly left: Node; readonly right: Node }
  | { readonly k: 'conditional'; readonly parts: readonly [Node, Node, Node] }
  | { readonly k: 'call'; readonly what: Node; readonly args: readonly Node[] }
  | { readonly k: 'cast'; readonly word: string; readonly type: Node; readonly of: Node }
  /** `(type)(value)`, or `(type)(a, b)` of several values. */
  | { readonly k: 'convert'; readonly type: Node; readonly args: readonly Node[] }
  | { readonly k: 'braces'; readonly type: Node | undefined; readonly items: readonly Node[] }
  | { readonly k: 'word'; readonly before: string; readonly of: Node; readonly after: string };

export interface FunctionNode {
  readonly k: 'function';
  /** Absent where a name does not say it. */
  readonly returns: Node | undefined;
  readonly parameters: readonly Node[];
  /** Behind the parameters: ` const &`. */
  readonly behind: string;
}

export const name = (text: string): Node => ({ k: 'name', text });

/** A name that is not of this scheme, or too large. */
export class Unreadable extends Error {}
