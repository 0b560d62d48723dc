// Loads the interpreter's runner of recorded vectors (core/testing/vectors.ts) into a tool.
import { build } from 'esbuild';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildAssembly } from './build-assembly.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const SUFFIX = '.jsonl.gz';

/** The folder of vectors: COLINUX_VECTORS, else the sample in test/vectors. */
export const vectorFolder = process.env.COLINUX_VECTORS ?? join(root, 'test/vectors');

/** @returns `createVectorRunner` of core/testing/vectors.ts. */
export async function loadVectorRunner() {
  await buildAssembly();
  const temporary = mkdtempSync(join(tmpdir(), 'colinux-vectors-'));
  const bundle = join(temporary, 'vectors.mjs');
  await build({
    entryPoints: [join(root, 'core/testing/vectors.ts')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  const { createVectorRunner } = await import(pathToFileURL(bundle).href);
  rmSync(temporary, { recursive: true });
  return createVectorRunner;
}

/** Names of the groups in a folder: its files without their ending. */
export const groupsOf = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .sort()
    .map((name) => name.slice(0, -SUFFIX.length));

/** The records of one file. */
export const readRecords = (file) =>
  gunzipSync(readFileSync(file))
    .toString('latin1')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

export const fileOf = (folder, group) => join(folder, group + SUFFIX);
