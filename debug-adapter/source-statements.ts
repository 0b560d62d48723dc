/** The statements of a client's file in the images of a session: those images that know the file best. */
import type { ImageOwner } from './image-owners.ts';
import type { Statement } from './symbols/breakpoints.ts';

export interface PlacedStatement extends Statement {
  readonly owner: ImageOwner;
}

/** Statements from line `from` to line `to` in the order of the source; one of several images comes once for each. */
export function statementsIn(
  owners: readonly ImageOwner[],
  file: string,
  from: number,
  to: number,
): PlacedStatement[] {
  const matches = owners.map((owner) => ({
    owner,
    components: owner.image.addressesForLine(file, from)?.matchedComponents ?? 0,
  }));
  const best = Math.max(1, ...matches.map(({ components }) => components));
  return matches
    .filter(({ components }) => components === best)
    .flatMap(({ owner }) =>
      owner.image.statements(file, from, to).map((statement) => ({ ...statement, owner })),
    )
    .sort((a, b) => a.line - b.line || a.column - b.column);
}
