/**
 * A whole kernel, the sample guest, as both compilers make it at three levels with two versions of DWARF: the line tables of all units against
 * readelf, the layout of all structures against gdb.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSymbols } from './load.ts';
import type { SymbolImage } from './image.ts';
import { gdb, localFiles } from './testing/fixtures.ts';
import { ourRows, theirRows } from './testing/line-rows.ts';
import { buildSample, SAMPLE_VARIANTS } from './testing/sample-kernel.ts';
import { stripType } from './types.ts';

const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.each(SAMPLE_VARIANTS)('a kernel by %s', (...variant) => {
  let path: string;
  let image: SymbolImage;
  beforeAll(async () => {
    path = buildSample(folder, variant);
    image = await loadSymbols(new Uint8Array(readFileSync(path)), 'kernel', path, localFiles);
  });

  it('has every row of the line tables of all units', () => {
    expect(image.problems).toEqual([]);
    const theirs = theirRows(path);
    expect(ourRows(path)).toEqual(theirs);
    expect(theirs.length).toBeGreaterThan(1500);
  });

  it('has its structures laid out as gdb has them', () => {
    const list = gdb(path, ['info types -q .'])[0]!;
    const names = [...new Set([...list.matchAll(/struct (\w+);/g)].map(([, name]) => name!))];
    expect(names.length).toBeGreaterThan(10);
    const layouts = names.map((name) => {
      const type = image.findType(`struct ${name}`);
      const bare = type && stripType(type);
      if (bare?.kind !== 'struct') throw new Error(`there is no struct ${name}`);
      // Bit fields have no address, those without a name no expression.
      const members = bare.members.filter(({ name: own, bitSize }) => own && bitSize === undefined);
      return { name, size: bare.size, members };
    });
    const ours = layouts.flatMap(({ name, size, members }) => [
      `sizeof(struct ${name}) = ${size}`,
      ...members.map((member) => `(int)&((struct ${name} *)0)->${member.name} = ${member.offset}`),
    ]);
    const answers = gdb(
      path,
      ours.map((text) => `print ${text.slice(0, text.indexOf(' ='))}`),
    );
    const theirs = answers.map((text, n) =>
      ours[n]!.replace(/-?\d+$/, /= (-?\d+)$/m.exec(text)?.[1] ?? text),
    );
    expect(ours).toEqual(theirs);
    expect(ours.length).toBeGreaterThan(100);
  });
});
