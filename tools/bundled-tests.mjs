// Tests that run machines for seconds are bundled, as the product is: through the test runner's own modules every use of what another module
// exports is a property access that the engine does not see through, and the emulated processor runs half as fast or less. Others begin
// sooner as they are.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { translatorNumber } from './translator-number.mjs';

const LONG =
  /[\\/](core[\\/]jit|core[\\/]net[\\/]tcp|test[\\/](bench|cpu|determinism|guest|host|kernels|net|oracle))[\\/].*\.test\.ts$/;

/** Tests and tools find files beside themselves, wherever their code is. What they prove never asks where it is. */
const ASKS_WHERE = /[\\/](test|testing|tools)[\\/].*\.(ts|mjs)$|\.test\.(ts|mjs)$/;

const ownPlaces = {
  name: 'places of modules',
  setup({ onLoad }) {
    onLoad({ filter: ASKS_WHERE }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll('import.meta.url', () => JSON.stringify(pathToFileURL(path).href))
        .replaceAll('import.meta.dirname', () => JSON.stringify(dirname(path)));
      return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
    });
  },
};

const define = translatorNumber(fileURLToPath(new URL('..', import.meta.url)));

export const bundledTests = () => ({
  name: 'bundled tests',
  enforce: 'pre',
  config: () => ({ define }),
  async load(id) {
    if (!LONG.test(id)) return undefined;
    const { outputFiles, metafile } = await build({
      entryPoints: [id],
      outfile: `${id}.js`,
      write: false,
      metafile: true,
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'error',
      plugins: [ownPlaces],
      define,
    });
    for (const input of Object.keys(metafile.inputs)) this.addWatchFile(input);
    const text = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text;
    return { code: text('.js'), map: JSON.parse(text('.js.map')) };
  },
});
