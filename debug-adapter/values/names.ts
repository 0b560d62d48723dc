/** What an expression may name, and what a name means where it is written: variables, members of the class of a method, enumerators. */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { say } from '../../core/sentences/say.ts';
import type { Location } from '../symbols/location.ts';
import { componentsOf } from '../symbols/name-text.ts';
import type { CType, Member } from '../symbols/types.ts';
import { constant, dereference, referred } from './check-operands.ts';
import { BOOL } from './conversions.ts';
import { fail } from './fail.ts';
import { hasMember, memberNode, type StaticNode } from './members.ts';
import type { Node, SymbolPath } from './tree.ts';
import { isScalar, pointerTo, targetOf } from './value.ts';

interface NamedObject {
  readonly type: CType;
  readonly location: Location | undefined;
  /** Made by the compiler, as `this` is. */
  readonly isArtificial?: boolean;
}

/** What an expression may name. `space` is absent for the frame's own coroutine. */
export interface Names {
  /** A variable, parameter or function; without a location when that depends on the frame. */
  object(path: SymbolPath): NamedObject | undefined;
  /** Has the function a variable or parameter of that name? Asks for nothing outside of it. */
  isLocal?(name: string): boolean;
  /** Where a symbol is of which debug information says nothing. */
  symbol?(path: SymbolPath): Location | undefined;
  enumerator(path: SymbolPath): { readonly type: CType; readonly value: bigint } | undefined;
  type(name: string, space: Space | undefined): CType | undefined;
  /** Is a function or type of that name, with its scopes, a template with instances? */
  isTemplate(name: string, space: Space | undefined): boolean;
  /** The type of a register. */
  register(name: string, space: Space | undefined): CType | undefined;
  /** A prefix: `host`, `guest0`, `physical`. */
  space(prefix: string): Space | undefined;
  /** Of the value of a trait object of Rust; absent where nothing of the program can be read. */
  concreteType?(table: Node): CType | undefined;
  /** The variant that an enum of Rust has at the moment; absent where nothing of the program can be read. */
  presentVariant?(object: Node): Member | undefined;
}

/** Keywords of C23, and what every kernel calls so by a macro. */
const PREDEFINED: ReadonlyMap<string, Node> = new Map([
  ['true', constant(1n, BOOL)],
  ['false', constant(0n, BOOL)],
  ['nullptr', constant(0n, pointerTo({ kind: 'void' }))],
  ['NULL', constant(0n, pointerTo({ kind: 'void' }))],
]);

/** Of a symbol of the linker or of assembly there is an address, and nothing else. */
const UNTYPED: CType = { kind: 'void' };

/** What a name means. @throws AdapterError for one that means nothing */
export function namedNode(names: Names, path: SymbolPath): Node {
  const { name, scope, space } = path;
  const found = names.object(path);
  // A variable of the function hides members, which hide those outside of it.
  const isHidden = found && (!found.location || scope !== undefined);
  const member = isHidden ? undefined : ownMember(names, path);
  if (member) return member;
  if (found) {
    const { type, location } = found;
    return referred(
      location ? { kind: 'object', type, space, name, location } : { kind: 'variable', type, space, path },
    );
  }
  if (path.parameters !== undefined)
    return fail(say`There is no function "${name}" with the parameters ${path.parameters}.`);
  const enumerator = names.enumerator(path);
  if (enumerator) return constant(enumerator.value, enumerator.type);
  const predefined = scope === undefined ? PREDEFINED.get(name) : undefined;
  if (predefined) return predefined;
  const symbol = scope === undefined ? names.symbol?.(path) : undefined;
  if (symbol) return { kind: 'object', type: UNTYPED, space, name, location: symbol };
  if (scope !== undefined)
    return fail(say`There is no variable "${name}" in a file, function or namespace called "${scope}".`);
  return fail(say`There is no variable "${name}" here: it may be in another function or optimised away.`);
}

/** In a method of C++, a member of what it was called for. */
function ownMember(names: Names, { name, scope, space }: SymbolPath): Node | undefined {
  if (space !== undefined) return undefined;
  const path: SymbolPath = { name: 'this', scope: undefined, space };
  const self = names.object(path);
  const target = self?.isArtificial === true && targetOf(self.type);
  const bases = scope === undefined ? [] : componentsOf(scope);
  if (!target || !hasMember(target, name, bases)) return undefined;
  const object = dereference({ kind: 'variable', type: self.type, space, path });
  return memberNode(object, name, bases, ofStatic(names, space));
}

/** A static member is a variable that is called as its class and it; a constant may have none. */
export const ofStatic =
  (names: Names, space: Space | undefined): StaticNode =>
  ({ scopedName, name: plain }, { name, type, value }) => {
    const path: SymbolPath = { name, scope: `::${scopedName ?? plain ?? ''}`, space };
    const found = names.object(path);
    if (found) {
      const { location } = found;
      if (!location) return referred({ kind: 'variable', type: found.type, space, path });
      return referred({ kind: 'object', type: found.type, space, name, location });
    }
    if (value !== undefined && isScalar(type)) return constant(value, type);
    return fail(say`The static member "${name}" has no place: the program does not use it.`);
  };
