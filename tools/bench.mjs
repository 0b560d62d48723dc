// `npm run bench`: the speed of the interpreter, of switches between host and guest, of a whole boot, and of disk and network of a
// guest, beside QEMU (TCG) on the same images.
// Measurements of the two alternate, each in a process of its own; medians and ratios are what counts, for the absolute
// figures depend on the machine and on what else it does. --json prints JSON, --runs N (default 5), --quick is a smoke test.
// With --vmlinux FILE or COLINUX_VMLINUX also the speed of symbols, beside gdb; --symbols-only measures nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deviceFigures } from './bench/devices.mjs';
import { latencyFigures, latencyTable } from './bench/latency.mjs';
import { summary, table } from './bench/figures.mjs';
import { bundleMachines, hasQemu } from './bench/machines.mjs';
import { processorFigures } from './bench/processor.mjs';
import { symbolFigures, symbolTable } from './bench/symbols.mjs';
import { buildSoftfloat } from './build-softfloat.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    runs: { type: 'string', default: '5' },
    vmlinux: { type: 'string' },
    'symbols-only': { type: 'boolean' },
  },
});
const runs = values.quick ? 1 : Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) {
  process.stderr.write(`--runs expects a whole number of at least 1, but found "${values.runs}".\n`);
  process.exit(2);
}

// Not in /tmp, which may be memory: the disk of the guest is to be a file on a disk.
const cache = join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'colinux-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const symbols = await symbolFigures({ folder, runs, vmlinux: values.vmlinux ?? process.env.COLINUX_VMLINUX });
if (values['symbols-only']) {
  process.stdout.write(values.json ? `${JSON.stringify({ symbols }, null, 2)}\n` : symbolTable(symbols));
  process.exit(typeof symbols === 'string' ? 1 : 0);
}

const kernels = spawnSync(process.execPath, [join(root, 'tools/build-kernels.mjs')], {
  stdio: ['ignore', 2, 2],
});
if (kernels.status !== 0) process.exit(1);
await buildSoftfloat();
await bundleMachines(folder);

const bench = { folder, runs, quick: values.quick };
const results = [...(await processorFigures(bench)), ...(await deviceFigures(bench))].map(summary);
// The adapter as it is now; a smoke test takes the one that is there, which other tests may be using.
const dist = join(root, 'dist/cli.cjs');
if (!values.quick || !existsSync(dist)) {
  const built = spawnSync(process.execPath, [join(root, 'tools/build.mjs')], { stdio: ['ignore', 2, 2] });
  if (built.status !== 0) process.exit(1);
}
const latency = (await latencyFigures(bench)).map(summary);

if (values.json) {
  const about = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  process.stdout.write(`${JSON.stringify({ ...about, runs, results, latency, symbols }, null, 2)}\n`);
} else {
  process.stdout.write(table(results, runs));
  process.stdout.write(latencyTable(latency, runs * 4));
  process.stdout.write(symbolTable(symbols));
  const trip = results.find(({ name }) => name === 'round trips to host');
  process.stdout.write(
    `One round trip to the host and back takes ${trip.instructions} instructions, what it is served with included.\n`,
  );
  if (!hasQemu)
    process.stdout.write(
      'QEMU is not installed (apt-get install qemu-system-x86), so there is no comparison.\n',
    );
}
