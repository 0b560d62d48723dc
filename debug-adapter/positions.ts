/** Lines and columns as a client counts them: from 1, or from 0 when it has said so. Ours are counted from 1; 0 is unknown. */

export interface Counting {
  readonly linesStartAt1?: boolean;
  readonly columnsStartAt1?: boolean;
}

const first = (startsAt1: boolean | undefined) => (startsAt1 === false ? 0 : 1);

export const toClientLine = ({ linesStartAt1 }: Counting, line: number): number =>
  Math.max(0, line - 1 + first(linesStartAt1));

export const fromClientLine = ({ linesStartAt1 }: Counting, line: number): number =>
  line + 1 - first(linesStartAt1);

export const toClientColumn = ({ columnsStartAt1 }: Counting, column: number): number =>
  Math.max(0, column - 1 + first(columnsStartAt1));

export const fromClientColumn = ({ columnsStartAt1 }: Counting, column: number): number =>
  column + 1 - first(columnsStartAt1);
