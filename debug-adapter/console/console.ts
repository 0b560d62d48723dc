/**
 * The commands of the debug console, and how they are told from C expressions: a line is a command when it begins with the name
 * of one, unless a local variable of the selected frame has that name. `:` before it makes it a command always, and so do
 * letters with operands (`x/4xw $esp`), which are no C; `(gdt)` is always the variable.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { AdapterError } from '../errors.ts';
import { say, type Sentence, tell } from '../../core/sentences/say.ts';
import type { Call } from '../protocol.ts';
import type { SessionContext } from '../session-context.ts';
import type { Frame } from '../frame.ts';
import { bt } from './bt.ts';
import type { Command } from './command.ts';
import { disas } from './disas.ts';
import { dump } from './dump.ts';
import { find } from './find.ts';
import { gdt, ldt } from './gdt.ts';
import { helpFor } from './help.ts';
import { idt } from './idt.ts';
import { map } from './map.ts';
import { p } from './p.ts';
import { ptype } from './ptype.ts';
import { lastBranches, rings, switches } from './records.ts';
import { regs } from './regs.ts';
import { rmap } from './rmap.ts';
import { styleFor } from './style.ts';
import { sym } from './sym.ts';
import { threads } from './threads.ts';
import { tss } from './tss.ts';
import { walk } from './walk.ts';
import { write } from './write.ts';
import { x } from './x.ts';

export const COMMANDS: readonly Command[] = [
  ...[
    bt,
    disas,
    dump,
    find,
    gdt,
    helpFor(() => COMMANDS),
    idt,
    lastBranches,
    ldt,
    map,
    p,
    ptype,
    regs,
    rings,
    rmap,
  ],
  ...[switches, sym, threads, tss, walk, write, x],
];

export interface CommandLine {
  readonly command: Command;
  /** Behind `/`. */
  readonly letters: string;
  readonly operands: string;
}

/** Reads a line as a command. @param isLocal whether a local variable of the selected frame has a name */
export function commandLine(line: string, isLocal: (name: string) => boolean): CommandLine | undefined {
  const [, forced = '', name = '', letters = '', rest = ''] =
    /^\s*(:?)([a-z][a-z-]*)(?:\/(\w*))?(?=\s|$)(.*)$/s.exec(line) ?? [];
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    if (forced === '') return undefined;
    throw new AdapterError('bad-command', say`There is no command "${name}": help lists them.`);
  }
  const operands = rest.trim();
  const sure = forced !== '' || (letters !== '' && operands !== '');
  return !sure && isLocal(name) ? undefined : { command, letters, operands };
}

/** A local variable or an argument of a frame has this name. */
export function isLocalOf(frame: Frame | undefined, name: string): boolean {
  if (!frame?.resolved) return false;
  const { image, bias } = frame.resolved;
  const scopes = image.scopesAt((frame.lookupPc - bias) >>> 0);
  return scopes.some(({ variables }) => variables.some((variable) => variable.name === name));
}

/** Runs a line of the console, if it is a command. */
export async function runCommand(
  session: SessionContext,
  line: string,
  frame: Frame | undefined,
  call: Call,
): Promise<DebugProtocol.EvaluateResponse['body'] | undefined> {
  const parsed = commandLine(line, (name) => isLocalOf(frame, name));
  if (!parsed) return undefined;
  const machine = session.machine();
  const coroutine = frame?.coroutine ?? machine.coroutines.current;
  const style = styleFor(session.client.supportsANSIStyling === true);
  const told = (sentence: Sentence) => tell(sentence, session.translate);
  const context = { session, machine, frame, coroutine, style, tell: told, call };
  const answer = await parsed.command.run(context, parsed.operands, parsed.letters);
  return typeof answer === 'string' ? { result: answer, variablesReference: 0 } : answer;
}
