/** The statements of a client's file in the images of a session: those images that know the file best. */
import type { ImageOwner } from './image-owners.ts';
import type { Statement } from './symbols/breakpoints.ts';
import type { Pieces } from './symbols/pieces.ts';

export interface PlacedStatement extends Statement {
  readonly owner: ImageOwner;
}

/** Statements from line `from` to line `to` in the order of the source; one of several images comes once for each. */
export function* statementsIn(
  owners: readonly ImageOwner[],
  file: string,
  from: number,
  to: number,
): Pieces<PlacedStatement[]> {
  let found: PlacedStatement[] = [];
  let best = 1;
  for (const owner of owners) {
    const components = (yield* owner.image.searchLine(file, from))?.matchedComponents ?? 0;
    if (components < best) continue;
    if (components > best) found = [];
    best = components;
    const statements = yield* owner.image.searchStatements(file, from, to);
    found.push(...statements.map((statement) => ({ ...statement, owner })));
  }
  return found.sort((a, b) => a.line - b.line || a.column - b.column);
}
