/** Our answers beside gdb's, of a program that both have stopped; after assignments too, which both carry out. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { say } from '../../../core/sentences/say.ts';
import type { FrameValues } from '../../frame-values.ts';
import { wantedFunction } from '../../symbols/name-text.ts';
import { Journal } from '../journal.ts';
import { line, ours } from './answers.ts';
import type { Workbench } from './stop-under-gdb.ts';

type Stopped = ReturnType<Workbench['stop']>;

export interface Comparison {
  readonly mine: string[];
  readonly theirs: string[];
}

/** The frame of a function, by its name without scopes and parameters. */
const frameOf = async ({ program }: Pick<Stopped, 'program'>, name: string) =>
  (await program.frames()).find((frame) => wantedFunction(frame.name).name === name)!;

export const scopeOf = async (stopped: Stopped, name = 'work'): Promise<FrameValues> =>
  stopped.program.values(await frameOf(stopped, name));

/** The frame with what is written to it from now on, as the debug console has it. */
export function writable(scope: FrameValues): FrameValues {
  const lost = say`this part was not kept`;
  const { depth, homes, unsaved } = scope.frame;
  const fixed = depth > 0 ? lost : undefined;
  const ofVariables = { homes: unsaved, fixed: undefined };
  const journal = new Journal(scope.environment(), { homes, lost, fixed, ofVariables });
  const environment = journal.environment();
  return Object.assign(Object.create(scope) as FrameValues, { environment: () => environment });
}

/** What we and gdb say of expressions. @param from index of the first one's answer */
export async function compare(
  { program, answers }: Stopped,
  scope: FrameValues,
  texts: readonly string[],
  from = 0,
): Promise<Comparison> {
  const mine: string[] = [];
  const theirs: string[] = [];
  for (const [n, text] of texts.entries()) {
    const answer = answers[from + n]!;
    const found = await program.memory.compute(() => ours(scope, text));
    mine.push(line(text, found, answer));
    theirs.push(line(text, answer, found));
  }
  return { mine, theirs };
}

/** The rows of a frame in the Variables view. */
export async function rowsOf({ program }: Stopped, name = 'work'): Promise<DebugProtocol.Variable[]> {
  const { inspection } = program;
  const scopes = await inspection.scopes(await frameOf({ program }, name));
  const rows = await Promise.all(
    scopes.map(({ variablesReference }) => inspection.variables({ variablesReference })),
  );
  return rows.flat();
}

const NOTHING = /: (?:fails|gone)$/;

/** Lines that say something. */
export const known = (lines: readonly string[]): string[] => lines.filter((text) => !NOTHING.test(text));

/** Assignments: for one that cannot be carried out it is all the same why. */
export function assigned({ mine, theirs }: Comparison): Comparison {
  const same = (lines: string[]) => lines.map((text) => text.replace(NOTHING, ': refused'));
  return { mine: same(mine), theirs: same(theirs) };
}
