// `npm run screenshots`: copies the chosen pictures of the last tests of views and in a real VS Code to docs/images/, for README and guide.
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const MAX_KIB = 200;
/** Picture of the test -> name in docs/images. */
const CHOSEN = {
  'node-stopped-at-breakpoint.png': 'breakpoint-in-kmain.png',
  'node-host-frame.png': 'both-kernels.png',
  'node-assembly.png': 'breakpoint-in-assembly.png',
  'node-interactive.png': 'typing-to-the-guest.png',
  'node-view-address-space.png': 'address-space.png',
  'node-view-memory.png': 'machine-memory.png',
  'node-view-processor.png': 'processor.png',
  'view-rings-dark.png': 'rings.png',
  'node-view-switches.png': 'switches.png',
  'view-traffic-dark.png': 'device-traffic.png',
  'node-new-guest.png': 'new-guest.png',
  'node-config-completion.png': 'configuration.png',
  'node-test-coverage.png': 'test-coverage.png',
  'node-exercise-symptom.png': 'exercise-symptom.png',
  'node-exercise-culprit.png': 'exercise-culprit.png',
  'node-exercise-solved.png': 'exercise-solved.png',
};

let problems = 0;
mkdirSync(join(root, 'docs/images'), { recursive: true });
for (const [from, to] of Object.entries(CHOSEN)) {
  const source = join(root, 'out/screenshots', from);
  const size = existsSync(source) ? statSync(source).size / 1024 : undefined;
  if (size === undefined || size > MAX_KIB) {
    const why =
      size === undefined
        ? 'is missing: run npm run test:vscode'
        : `has ${size.toFixed(0)} KiB, more than ${MAX_KIB}`;
    process.stderr.write(`out/screenshots/${from} ${why}\n`);
    problems++;
    continue;
  }
  copyFileSync(source, join(root, 'docs/images', to));
  process.stdout.write(`docs/images/${to} (${size.toFixed(0)} KiB)\n`);
}
process.exit(problems === 0 ? 0 : 1);
