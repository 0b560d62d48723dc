/** What a parser has to know of names, of what an expression may name: whether one is a type or a template, or something that has a value. */
import type { Space } from '../../core/protocol/machine-protocol.ts';
import { AdapterError } from '../errors.ts';
import type { Names } from './names.ts';
import type { KnownNames } from './parser.ts';
import { bare } from './value.ts';

export function knownNames(names: Names): KnownNames {
  const spaceOf = (prefix: string | undefined) => (prefix === undefined ? undefined : names.space(prefix));
  const kindOf = (path: readonly string[], space: Space | undefined) => {
    const scope = path.length > 1 ? path.slice(0, -1).join('::') : undefined;
    try {
      const found = names.object({ name: path.at(-1)!, scope, space });
      return found && bare(found.type).kind;
    } catch (error) {
      // Which of several functions is meant may be said by what follows.
      if (error instanceof AdapterError) return 'function';
      throw error;
    }
  };
  return {
    isType(path, prefix) {
      const space = spaceOf(prefix);
      return kindOf(path, space) === undefined && names.type(path.join('::'), space) !== undefined;
    },
    isLocal: (name, prefix) => prefix === undefined && names.isLocal?.(name) === true,
    isTemplate(path, prefix) {
      const space = spaceOf(prefix);
      if (!names.isTemplate(path.join('::'), space)) return false;
      // A variable of that name is compared.
      const kind = kindOf(path, space);
      return kind === undefined || kind === 'function';
    },
  };
}
