// Compiles core/softfloat/assembly (AssemblyScript) to WebAssembly and writes it as a TypeScript module, so that every
// bundle carries it and nothing has to be fetched at run time. Skips the work when nothing changed.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const sources = join(root, 'core/softfloat/assembly');
const target = join(root, 'core/softfloat/generated.ts');

function upToDate() {
  if (!existsSync(target)) return false;
  const made = statSync(target).mtimeMs;
  return readdirSync(sources).every((name) => statSync(join(sources, name)).mtimeMs < made);
}

/** @throws Error with the compiler's messages. */
export async function buildSoftfloat() {
  if (upToDate()) return;
  const { default: asc } = await import('assemblyscript/asc');
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      ...['-O3', '--runtime', 'stub', '--importMemory', '--noAssert', '--noExportMemory', '--enable', 'simd'],
      // No static data may land in the machine's state: keep what there is behind it.
      ...['--memoryBase', '32768', '--outFile', 'softfloat.wasm'],
    ],
    {
      readFile: (name, base) => {
        const path = join(sources, base && base !== '.' ? base : '', name);
        return existsSync(path) ? readFileSync(path, 'utf8') : null;
      },
      writeFile: (name, contents) => void files.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`core/softfloat does not compile:\n${stderr.toString()}${error.message}`);
  const base64 = Buffer.from(files.get('softfloat.wasm')).toString('base64');
  writeFileSync(
    target,
    `// Made by tools/build-softfloat.mjs from core/softfloat/assembly.\nexport const SOFTFLOAT_WASM =\n  '${base64}';\n`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await buildSoftfloat();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
