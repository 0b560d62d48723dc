// `npm run lockstep -- IMAGE [LINEAR+SIZE]`: runs a multiboot image on QEMU and here, and stops at the first difference in
// registers or flags. The range names the code to compare (default: 15 MiB from 1 MiB); what lies outside, as the firmware,
// runs unseen, so the image must not take interrupts there. Exit status 1 when the two differ.
import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildSoftfloat } from './build-softfloat.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [image, range = '0x100000+0xf00000'] = process.argv.slice(2);
if (!image) {
  console.error('Which image? npm run lockstep -- IMAGE [LINEAR+SIZE]');
  process.exit(2);
}

await buildSoftfloat();
const temporary = mkdtempSync(join(tmpdir(), 'colinux-lockstep-'));
const bundle = join(temporary, 'lockstep.mjs');
await build({
  stdin: {
    contents: `export { compare } from './lockstep-compare.ts'; export { traceQemu } from './lockstep-qemu.ts';`,
    resolveDir: join(root, 'test/oracle'),
  },
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
const { compare, traceQemu } = await import(pathToFileURL(bundle).href);
rmSync(temporary, { recursive: true });

const log = await traceQemu(image, range);
try {
  const { compared, difference, deviations, exitStatus, com1, undefinedDifferences } = await compare(
    readFileSync(image),
    log,
  );
  if (com1) process.stdout.write(`${com1.trimEnd()}\n`);
  console.log(
    `${compared} instructions compared; undefined flags differed after ${undefinedDifferences}; ` +
      `${deviations} known deviations of QEMU; exit status ${exitStatus ?? 'none'}`,
  );
  if (compared === 0) console.log(`QEMU ran nothing in ${range}: is this a multiboot image?`);
  if (difference) console.log(difference);
  process.exitCode = difference || compared === 0 ? 1 : 0;
} finally {
  await log.close();
}
