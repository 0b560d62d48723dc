/**
 * Text for people, without VS Code: pure parts take a `Translate`, the extension passes `vscode.l10n.t`. Call it `t`
 * with a literal as its first argument, so that `tools/contributes.mjs` finds the text for `l10n/`.
 */

/** Translates `message` and replaces `{0}`, `{1}`, … by `args`. */
export type Translate = (message: string, ...args: (string | number | boolean)[]) => string;

/** The English text itself. */
export const english: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
