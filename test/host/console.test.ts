/** The shadow of a guest's console in the host kernel: what a console that attaches late is sent is what the guest has drawn. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { coKeyboardMode } from '../../core/abi/abi.ts';
import { encodeAttach, encodeKey } from '../../core/abi/console.ts';
import { consoleScreens, createHost, DRAWING, HELLO } from './host-machine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
beforeAll(() => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
});

const key = encodeKey(0x20, coKeyboardMode.ASCII);

describe('a console that attaches late', () => {
  it('is sent the screen, its size, the cursor and what has scrolled off, as the guest has drawn them', () => {
    const host = createHost([DRAWING], 'mem=2');
    host.run(300);
    const drawn = host.com2().length;
    const [live] = consoleScreens(host.com2());
    expect(live).toMatchObject({ columns: 100, rows: 40 });
    expect(live?.history.length).toBeGreaterThan(100);
    host.machine.receive('com2', encodeAttach());
    host.run(100);
    const [late] = consoleScreens(host.com2().subarray(drawn));
    expect(late).toEqual(live);
    host.machine.receive('com2', key);
    expect(host.finish()).toBe(0);
  });

  it('to one of several guests has only that one drawn again', () => {
    const host = createHost([HELLO, DRAWING, `${HELLO} interactive`], 'mem=2');
    host.run(1500);
    const drawn = host.com2().length;
    host.machine.receive('com2', encodeAttach(2));
    host.run(100);
    const screens = consoleScreens(host.com2().subarray(drawn));
    expect(Object.keys(screens)).toEqual(['2']);
    expect(screens[2]).toEqual(consoleScreens(host.com2())[2]);
  });

  it('to a guest that is not there is sent nothing', () => {
    const host = createHost([DRAWING], 'mem=2');
    host.run(300);
    const drawn = host.com2().length;
    host.machine.receive('com2', encodeAttach(7));
    host.run(100);
    expect(host.com2()).toHaveLength(drawn);
  });
});
