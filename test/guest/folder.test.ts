/** The sample guest `unix-guest` with a folder of the computer: what it does there is seen from both sides. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorkshop, printed, run, type Setup, type Workshop } from './run-guest.ts';

const BIG = Uint8Array.from({ length: 300_001 }, (_, at) => (at * 7 + (at >> 8) * 13) & 0xff);

const WORK = `cd /mnt
sum big
pwd; cd sub; pwd; cat ../sub/text
cp ../big copy
mkdir new; mkdir new/inner
mv copy new/inner/moved
sum new/inner/moved
cat text >>text2; echo more >>text2; cat text2
cp text2 text3; truncate 3 text3; cat text3 | wc
mv text3 text2; ls
rmdir new
rm -r new
ln text hard
cd /
umount /mnt
mount -r cofs0 /mnt
echo x >/mnt/x
mount
halt
`;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => {
  workshop.close();
});

/** A new folder; the script is not in it, or it would be in use when the folder is unmounted. */
function prepare(name: string): Setup & { readonly folder: string } {
  const folder = join(workshop.folder, name);
  mkdirSync(join(folder, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'big'), BIG);
  writeFileSync(join(folder, 'sub/text'), 'text\n');
  writeFileSync(join(folder, 'script'), WORK);
  return { words: run('mount cofs0 /mnt; cat /mnt/script | sh'), folder };
}

function judge(lines: readonly string[], folder: string): void {
  const sum = `${crc32(BIG).toString(16).padStart(8, '0')} ${BIG.length}`;
  expect(lines).toEqual([
    `${sum} big`,
    '/mnt',
    '/mnt/sub',
    'text',
    `${sum} new/inner/moved`,
    'text',
    'more',
    '0 1 3',
    'new',
    'text',
    'text2',
    'rmdir: new: directory not empty',
    'ln: hard: not permitted',
    'sh: /mnt/x: read-only',
    'image on / type image (read-only)',
    'dev on /dev type dev',
    'cofs0 on /mnt type cofs (read-only)',
  ]);
  expect(readdirSync(join(folder, 'sub')).sort()).toEqual(['text', 'text2']);
  expect(readFileSync(join(folder, 'sub/text2'), 'utf8')).toBe('tex');
  expect(Buffer.compare(readFileSync(join(folder, 'big')), BIG)).toBe(0);
}

it('a folder is read and written', async () => {
  const setup = prepare('here');
  const outcome = await workshop.here(setup);
  expect(outcome.status).toBe(1);
  judge(printed(outcome), setup.folder);
});

it('and is the same on QEMU', async () => {
  const setup = prepare('qemu');
  judge(printed(await workshop.onQemu(setup)), setup.folder);
});
