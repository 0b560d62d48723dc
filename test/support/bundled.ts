/*
 * Owns how tests that run long on the machine load it: bundled as the product is, which runs several times as fast as module
 * by module through the test runner.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The exports of a module, bundled. @param entry the module's URL: `new URL('./x.ts', import.meta.url)` */
export async function importBundled<T>(entry: URL): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-'));
  try {
    const outfile = join(folder, 'module.mjs');
    await build({
      entryPoints: [fileURLToPath(entry)],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
      // Modules find files beside themselves.
      define: { 'import.meta.url': JSON.stringify(entry.href) },
    });
    return (await import(pathToFileURL(outfile).href)) as T;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
