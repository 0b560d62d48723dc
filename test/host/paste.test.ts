/** A text that is pasted into a guest's console comes quicker than the guest reads it: nothing of it is lost on the way. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { screenText } from '../../core/abi/console-screen.ts';
import { encodeTyped } from '../../debug-adapter/cocon/keys.ts';
import { consoleScreens, createHost, HELLO } from './host-machine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
beforeAll(() => {
  execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
});

/** Lines of 50 characters that differ, more than the rings of the guest and the queue to it hold together. */
const LINES = Array.from(
  { length: 400 },
  (_, n) => `${String(n).padStart(5, '0')} abcdefghijklmnopqrstuvwxyz ABCDEFGHIJ 012345`,
);

describe('a text of 20,000 characters that is pasted', () => {
  it('is echoed by the program that reads it, whole and in order', () => {
    const host = createHost([`${HELLO} interactive`]);
    const shown = (): string[] => {
      const [screen] = consoleScreens(host.com2());
      if (!screen) return [];
      const scrolledOff = screen.history.map((row) =>
        String.fromCharCode(...row.map((cell) => cell & 0xff)).trimEnd(),
      );
      return [...scrolledOff, ...screenText(screen).split('\n')];
    };
    host.run(1500);
    expect(shown().some((row) => row.startsWith('type something'))).toBe(true);
    host.machine.receive('com2', encodeTyped(`${LINES.join('\n')}\n`));
    host.run(8000);
    expect(shown().filter((row) => /^\d{5} /.test(row))).toEqual(LINES);
  });
});
