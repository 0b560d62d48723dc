/** The language service as VS Code's providers: nothing is decided here. */

import * as vscode from 'vscode';
import { complete, type Completion } from '../../config-language/completion.ts';
import { format } from '../../config-language/format.ts';
import { hover } from '../../config-language/hover.ts';
import { definition, links } from '../../config-language/links.ts';
import { outline, type OutlineKind } from '../../config-language/outline.ts';
import { editIn, rangeIn } from './convert.ts';
import { type ConfigDocuments, filesAround, uriBeside } from './documents.ts';

const t = vscode.l10n.t;

const COMPLETION_KINDS: Record<Completion['kind'], vscode.CompletionItemKind> = {
  key: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.EnumMember,
  file: vscode.CompletionItemKind.File,
  folder: vscode.CompletionItemKind.Folder,
  unit: vscode.CompletionItemKind.Reference,
};

const SYMBOL_KINDS: Record<OutlineKind, vscode.SymbolKind> = {
  file: vscode.SymbolKind.File,
  number: vscode.SymbolKind.Number,
  disk: vscode.SymbolKind.Package,
  folder: vscode.SymbolKind.Namespace,
  network: vscode.SymbolKind.Interface,
  line: vscode.SymbolKind.Event,
  setting: vscode.SymbolKind.Property,
  include: vscode.SymbolKind.Module,
  'kernel-words': vscode.SymbolKind.String,
};

function itemOf(completion: Completion): vscode.CompletionItem {
  const { label, kind, text, range, filter, order, detail, markdown, goesOn } = completion;
  const item = new vscode.CompletionItem(label, COMPLETION_KINDS[kind]);
  item.insertText = text;
  item.range = rangeIn(range);
  item.filterText = filter;
  item.sortText = String(order).padStart(3, '0');
  if (detail !== undefined) item.detail = detail;
  if (markdown !== undefined) item.documentation = new vscode.MarkdownString(markdown);
  if (goesOn) item.command = { command: 'editor.action.triggerSuggest', title: t('Complete the value') };
  return item;
}

function link(
  target: vscode.Uri,
  origin: vscode.Range,
  range = new vscode.Range(0, 0, 0, 0),
): vscode.LocationLink {
  return { targetUri: target, targetRange: range, originSelectionRange: origin };
}

/** Registers the providers for `selector`. */
export function registerProviders(
  selector: vscode.DocumentSelector,
  documents: ConfigDocuments,
): vscode.Disposable {
  const { languages } = vscode;
  return vscode.Disposable.from(
    languages.registerCompletionItemProvider(
      selector,
      {
        provideCompletionItems: async (document, position) => {
          const found = await complete(await documents.of(document), position, filesAround(document.uri), t);
          return found.map(itemOf);
        },
      },
      ...['=', ',', '/', '@', ':'],
    ),
    languages.registerHoverProvider(selector, {
      provideHover: async (document, position) => {
        const found = hover(await documents.of(document), position, t);
        return found && new vscode.Hover(new vscode.MarkdownString(found.markdown), rangeIn(found.range));
      },
    }),
    languages.registerDocumentLinkProvider(selector, {
      provideDocumentLinks: async (document) =>
        links(await documents.of(document)).map(
          ({ path, range }) => new vscode.DocumentLink(rangeIn(range), uriBeside(document.uri, path)),
        ),
    }),
    languages.registerDefinitionProvider(selector, {
      provideDefinition: async (document, position) => {
        const target = definition(await documents.of(document), position);
        if (!target) return undefined;
        const origin = rangeIn(target.origin);
        return 'path' in target
          ? [link(uriBeside(document.uri, target.path), origin)]
          : [link(document.uri, origin, rangeIn(target.range))];
      },
    }),
    languages.registerDocumentSymbolProvider(selector, {
      provideDocumentSymbols: async (document) =>
        outline(await documents.of(document), t).map(({ name, detail, kind, range: place }) => {
          const range = rangeIn(place);
          return new vscode.DocumentSymbol(name, detail, SYMBOL_KINDS[kind], range, range);
        }),
    }),
    languages.registerDocumentFormattingEditProvider(selector, {
      provideDocumentFormattingEdits: (document) => format(document.getText()).map(editIn),
    }),
    languages.registerDocumentRangeFormattingEditProvider(selector, {
      provideDocumentRangeFormattingEdits: (document, range) => format(document.getText(), range).map(editIn),
    }),
  );
}
