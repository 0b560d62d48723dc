/** Places of the language service as those of VS Code. */

import * as vscode from 'vscode';
import type { Edit, Range } from '../../config-language/text.ts';

export function rangeIn({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

export function editIn({ range, text }: Edit): vscode.TextEdit {
  return vscode.TextEdit.replace(rangeIn(range), text);
}
