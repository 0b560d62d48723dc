/**
 * What a stopped machine says in the text of its kernel: values at the ends of lines, values of what the mouse is over, and
 * "Run to here" above functions.
 */
import * as vscode from 'vscode';
import { breakpoints } from '../contributes/languages.ts';
import type { MachineSelection } from '../views/selection.ts';
import {
  constantAt,
  FUNCTION_HEAD,
  functionAround,
  functionLines,
  operandAt,
  type Piece,
  registersIn,
  variablesIn,
} from './in-text.ts';
import type { Commands } from '../commands.ts';
import { COMMANDS } from '../contributes/names.ts';

const t = vscode.l10n.t;

const C = new Set(['c', 'cpp']);
const isC = ({ languageId }: vscode.TextDocument): boolean => C.has(languageId);
const SELECTOR = breakpoints.map(({ language }) => ({ language }));
/** Lines before the one that the machine stands at whose values are shown. */
const LINES_BEFORE = 12;

const rangeOf = (line: number, { column, length }: Piece): vscode.Range =>
  new vscode.Range(line, column, line, column + length);

const linesTo = (document: vscode.TextDocument, last: number): string[] =>
  document.getText(new vscode.Range(0, 0, last + FUNCTION_HEAD, 0)).split(/\r?\n/);

/**
 * Variables and members of C and registers of assembly, each at the last line that has it before the machine stands. A name in the
 * function before is another variable.
 */
const inlineValues: vscode.InlineValuesProvider = {
  provideInlineValues(document, viewPort, { stoppedLocation }) {
    const last = stoppedLocation.end.line;
    const begins = isC(document) ? functionAround(linesTo(document, last), last) : 0;
    const first = Math.max(viewPort.start.line, last - LINES_BEFORE, begins);
    const values: vscode.InlineValue[] = [];
    const seen = new Set<string>();
    for (let line = Math.min(last, document.lineCount - 1); line >= first; line--) {
      const { text } = document.lineAt(line);
      for (const piece of isC(document) ? variablesIn(text) : registersIn(text)) {
        if (seen.has(piece.expression)) continue;
        seen.add(piece.expression);
        const range = rangeOf(line, piece);
        values.push(
          isC(document) && /^\w+$/.test(piece.expression)
            ? new vscode.InlineValueVariableLookup(range, piece.expression)
            : new vscode.InlineValueEvaluatableExpression(range, piece.expression),
        );
      }
    }
    return values;
  },
};

/** Registers, memory operands and constants of assembly. In C VS Code finds expressions by itself. */
const hovers: vscode.EvaluatableExpressionProvider = {
  provideEvaluatableExpression(document, { line, character }) {
    const { text } = document.lineAt(line);
    const isHere = ({ column, length }: Piece) => column <= character && character < column + length;
    const operand = operandAt(text, character);
    // A segment is the beginning of its operand.
    const register = registersIn(text).find(
      (one) => isHere(one) && !(operand?.column === one.column && /s$/.test(one.expression)),
    );
    const piece = register ?? operand ?? constantAt(text, character);
    if (piece) return new vscode.EvaluatableExpression(rangeOf(line, piece), piece.expression);
    const word = document.getWordRangeAtPosition(new vscode.Position(line, character), /[A-Za-z_.][\w.]*/);
    return word && new vscode.EvaluatableExpression(word, `&${document.getText(word)}`);
  },
};

class RunToHere implements vscode.CodeLensProvider {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;

  constructor(private readonly selection: MachineSelection) {
    selection.onDidChange(() => this.changed.fire());
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { machine } = this.selection;
    if (!machine || machine.running) return [];
    const lines = document.getText().split(/\r?\n/);
    return functionLines(lines, !isC(document)).map(
      (line) =>
        new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
          title: t('Run to here'),
          command: COMMANDS.runToHere,
          arguments: [document.uri, line],
        }),
    );
  }
}

/** VS Code's own "Run to Cursor", at a line. */
async function runToHere(uri: vscode.Uri, line: number): Promise<void> {
  const position = new vscode.Position(line, 0);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(position, position) });
  await vscode.commands.executeCommand('editor.debug.action.runToCursor');
}

export function registerCodeFeatures(selection: MachineSelection, commands: Commands): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerInlineValuesProvider(SELECTOR, inlineValues),
    vscode.languages.registerEvaluatableExpressionProvider(
      SELECTOR.filter(({ language }) => !C.has(language)),
      hovers,
    ),
    vscode.languages.registerCodeLensProvider(SELECTOR, new RunToHere(selection)),
    commands.handle(COMMANDS.runToHere, runToHere),
  );
}
