// Compiles the folders of AssemblyScript in core to WebAssembly and writes each as a TypeScript module, so that every
// bundle carries it and nothing has to be fetched at run time. Skips the work when nothing changed.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
/** Where there is an `assembly` folder, what the constant in `generated.ts` beside it is called, and whose sources it uses. */
export const RINGS = { folder: 'core/cpu/rings', constant: 'RINGS_WASM', uses: ['core/cpu'] };
export const DIRECT = { folder: 'core/cpu/direct', constant: 'DIRECT_WASM', uses: ['core/cpu'] };
const MODULES = [
  { folder: 'core/softfloat', constant: 'SOFTFLOAT_WASM' },
  { folder: 'core/cpu/string', constant: 'BULK_WASM' },
  RINGS,
  DIRECT,
];

const sourcesOf = (folder) => join(root, folder, 'assembly');

function isUpToDate({ folder, uses = [] }, target) {
  if (!existsSync(target)) return false;
  const made = statSync(target).mtimeMs;
  const isOlder = (sources) =>
    readdirSync(sources).every((name) => statSync(join(sources, name)).mtimeMs < made);
  return [folder, ...uses].map(sourcesOf).every(isOlder);
}

/** The compiler's decorators, which are no TypeScript: a function that is to be written where it is called has a comment instead. */
const decorate = (source) => source.replace(/^\/\/ @inline$/gm, '@inline');

/**
 * @param change what a source is to be instead: the name of its file and its text
 * @returns the TypeScript module with the WebAssembly
 */
export async function compileAssembly({ folder, constant }, change = (_name, text) => text) {
  const sources = sourcesOf(folder);
  const { default: asc } = await import('assemblyscript/asc');
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      ...['-O3', '--runtime', 'stub', '--importMemory', '--noAssert', '--noExportMemory', '--enable', 'simd'],
      // No static data may land in the machine's state: keep what there is behind it.
      ...['--memoryBase', '32768', '--outFile', 'module.wasm'],
    ],
    {
      readFile: (name, base) => {
        const path = join(sources, base && base !== '.' ? base : '', name);
        return existsSync(path) ? decorate(change(name, readFileSync(path, 'utf8'))) : null;
      },
      writeFile: (name, contents) => void files.set(name, contents),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${folder}/assembly does not compile:\n${stderr.toString()}${error.message}`);
  const base64 = Buffer.from(files.get('module.wasm')).toString('base64');
  return `// Made by tools/build-assembly.mjs from ${folder}/assembly.\nexport const ${constant} =\n  '${base64}';\n`;
}

async function build(module) {
  const target = join(root, module.folder, 'generated.ts');
  if (isUpToDate(module, target)) return;
  writeFileSync(target, await compileAssembly(module));
}

/** @throws Error with the compiler's messages. */
export async function buildAssembly() {
  for (const module of MODULES) await build(module);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await buildAssembly();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
