/** Bundles with the code that was compiled before: in processes of their own, for one process compiles the same source but once. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'compiled-'));
const file = (name: string) => join(folder, name);
const bundle = file('module.cjs');
const kept = file('kept/module.cjs.code');

/** Functions that the module has, each long enough to be seen in what is kept. */
const FUNCTIONS = 200;
const write = (factor: number) => {
  const functions = Array.from(
    { length: FUNCTIONS },
    (_, n) =>
      `exports.f${n} = (a) => { let b = a; for (let i = 0; i < 3; i++) b += ${n} * ${factor}; return b; };`,
  );
  writeFileSync(
    bundle,
    `${functions.join('\n')}\nexports.path = require('node:path').basename(__filename);\n`,
  );
};

/** A process that loads the module, calls some of its functions and keeps what was compiled: what the last call gave, and the module's own name. */
function use(
  calls: number,
  milliseconds = 100,
  user = process.getuid?.(),
  place = file('kept'),
): { result: number; path: string } {
  const words = [calls, milliseconds, user ?? '', place].map(String);
  const limit = { encoding: 'utf8', timeout: 20_000 } as const;
  return JSON.parse(execFileSync(process.execPath, [file('use.cjs'), ...words], limit)) as {
    result: number;
    path: string;
  };
}

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, 'compiled-bundle-node.ts')],
    ...{ bundle: true, platform: 'node', format: 'cjs', outfile: file('loader.cjs') },
  });
  writeFileSync(
    file('use.cjs'),
    `const { loadCompiled } = require('./loader.cjs');
if (process.getuid) process.getuid = () => Number(process.argv[4]);
const loaded = loadCompiled(${JSON.stringify(bundle)}, process.argv[5]);
let result = 0;
for (let n = 0; n < Number(process.argv[2]); n++) result = loaded.exports['f' + n](1);
loaded.keep(Number(process.argv[3]));
console.log(JSON.stringify({ result, path: loaded.exports.path }));
`,
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a compiled bundle', () => {
  it('is the module, and what was compiled is kept when it has grown', () => {
    write(1);
    expect(use(2)).toEqual({ result: 4, path: 'module.cjs' });
    const small = statSync(kept).size;
    // It has not run for longer: that of a process which ends at once is not even looked at.
    expect(use(FUNCTIONS, 199).path).toBe('module.cjs');
    expect(statSync(kept).size).toBe(small);
    expect(use(FUNCTIONS, 200)).toEqual({ result: 1 + 3 * (FUNCTIONS - 1), path: 'module.cjs' });
    const all = readFileSync(kept);
    expect(all.length).toBeGreaterThan(2 * small);
    // Nothing new, even if less is called: what was kept is taken, or this would be as small as the first.
    expect(use(2, 400).result).toBe(4);
    expect(readFileSync(kept)).toEqual(all);
    expect(readdirSync(file('kept'))).toEqual(['module.cjs.code']);
  });

  it.runIf(process.platform === 'linux')('is the module where nothing can be kept, too', () => {
    write(1);
    expect(use(2, 100, process.getuid?.(), '/proc/nope/colinux')).toEqual({ result: 4, path: 'module.cjs' });
  });

  it('is compiled anew when its source is another one, of the same length too', () => {
    write(1);
    use(FUNCTIONS);
    const length = statSync(bundle).size;
    write(2);
    expect(statSync(bundle).size).toBe(length);
    expect(use(2).result).toBe(7);
  });

  it('is compiled anew when what was kept is damaged or cut short', () => {
    write(1);
    use(FUNCTIONS);
    const good = readFileSync(kept);
    for (const damage of [
      (bytes: Buffer) => bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 64),
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 1),
      (bytes: Buffer) => bytes.subarray(0, 10),
    ]) {
      writeFileSync(kept, damage(Buffer.from(good)));
      expect(use(2).result).toBe(4);
      // The little that this process has compiled is in its place.
      expect(statSync(kept).size).toBeLessThan(good.length / 2);
    }
  });

  it.runIf(process.getuid)('is compiled anew when another user has written what was kept', () => {
    write(1);
    use(FUNCTIONS, 1000);
    const all = statSync(kept).size;
    expect(use(2, 100, 1 + process.getuid!()).result).toBe(4);
    // The little that this user's process has compiled is in its place: it has not had the rest.
    expect(statSync(kept).size).toBeLessThan(all / 2);
  });

  it('does without a folder that cannot be made', () => {
    rmSync(file('kept'), { recursive: true });
    writeFileSync(file('kept'), 'a file');
    expect(use(2).result).toBe(4);
  });
});
