/** The page of a view. It runs only its own script, and asks nothing of any network. */
import type { PageData } from './messages.ts';

export interface PageAbout extends PageData {
  readonly script: string;
  readonly style: string;
  /** Where scripts and style sheets may come from, as a source of a content security policy. */
  readonly sources: string;
  readonly language: string;
}

/** A nonce of 128 bits: only the script that has it runs. */
function createNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function pageHtml({ script, style, sources, language, texts }: PageAbout): string {
  const nonce = createNonce();
  const policy = [
    "default-src 'none'",
    `style-src ${sources}`,
    `font-src ${sources}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  const data: PageData = { texts };
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>coLinux</title>
<link rel="stylesheet" href="${style}">
<script type="application/json" id="page-data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
</head>
<body><main id="view"></main><script nonce="${nonce}" src="${script}"></script></body>
</html>`;
}
