// The kernel in which debuggers are measured, and its lines.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const SOURCE = fileURLToPath(new URL('kernel.c', import.meta.url));

/** Of a text in the source, counted from 1. */
export const lineOf = (text) =>
  readFileSync(SOURCE, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;
