import { defineConfig } from 'vitest/config';
import { bundledTests } from './tools/bundled-tests.mjs';
import { LongestFirst } from './tools/longest-first.mjs';

export default defineConfig({
  plugins: [bundledTests()],
  test: {
    include: [
      '{core,platform,config-language,debug-adapter,extension,cli,kernels,test,tools}/**/*.test.{ts,mjs}',
    ],
    globalSetup: ['tools/vitest-setup.mjs', 'test/dap/support/build-bundles.ts'],
    pool: 'threads',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    // Hooks build kernels, from nothing after a checkout.
    hookTimeout: 120_000,
  },
});
