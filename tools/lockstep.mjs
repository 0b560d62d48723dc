// `npm run lockstep -- IMAGE [LINEAR+SIZE,...]`: runs a multiboot image on QEMU and here, and stops at the first difference
// in registers (FPU and SSE too), flags or touched memory. The ranges name the code to compare (default: 15 MiB from 1 MiB);
// what lies outside, as the firmware, runs unseen, so the image must not take interrupts there. What is touched by no
// instruction's own store (frames of interrupts, accessed bits) is compared at the end. Exit status 1 when the two differ.
import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildAssembly } from './build-assembly.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [image, ranges = '0x100000+0xf00000'] = process.argv.slice(2);
if (!image) {
  console.error('Which image? npm run lockstep -- IMAGE [LINEAR+SIZE,...]');
  process.exit(2);
}

await buildAssembly();
const temporary = mkdtempSync(join(tmpdir(), 'colinux-lockstep-'));
const bundle = join(temporary, 'lockstep.mjs');
await build({
  stdin: {
    contents: `export { compare } from './compare.ts'; export { traceQemu } from './qemu.ts';`,
    resolveDir: join(root, 'test/oracle/lockstep'),
  },
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
const { compare, traceQemu } = await import(pathToFileURL(bundle).href);
rmSync(temporary, { recursive: true });

/** One comparison; gives the result once QEMU has ended. */
async function lockstep(options) {
  const log = await traceQemu(image, ranges, join(root, 'test/oracle/lockstep/plugin.c'));
  try {
    return await compare(readFileSync(image), log, options);
  } finally {
    await log.close();
  }
}

const result = await lockstep({});
const { compared, difference, deviations, exitStatus, com1, undefinedDifferences, endDifference } = result;
if (com1) process.stdout.write(`${com1.trimEnd()}\n`);
console.log(
  `${compared} instructions compared; undefined bits differed after ${undefinedDifferences}; ` +
    `${deviations} known deviations of QEMU; exit status ${exitStatus ?? 'none'}`,
);
if (compared === 0) console.log(`QEMU ran nothing in ${ranges}: is this a multiboot image?`);
if (difference) console.log(difference);
if (endDifference) {
  // Both ran the same instructions, so a second run tells who wrote the byte.
  const { changes } = await lockstep({ watch: endDifference.physical });
  console.log(changes.length > 0 ? 'Here it was changed:' : 'Here nothing changed it.');
  for (const change of changes.slice(-20)) console.log(`  ${change}`);
}
process.exitCode = difference || compared === 0 ? 1 : 0;
