/** The sample guest `unix-guest` without devices but its console: processes, the shell, system calls, the end. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coKeyboardMode } from '../../core/abi/abi.ts';
import { encodeKey, encodePower, encodeResize } from '../../core/abi/console.ts';
import { openWorkshop, type Outcome, printed, run, UNIX, type Workshop } from './run-guest.ts';
import { createHost, guestScreens } from '../host/host-machine.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => {
  workshop.close();
});

/** Commands, and what they print. */
const COMMANDS: readonly (readonly [commands: string, lines: readonly string[]])[] = [
  ['echo a b c | wc; echo "a  b" | cat | wc', ['1 3 6', '1 2 5']],
  ['cd /dev && pwd; cd /nowhere && pwd', ['/dev', 'sh: /nowhere: no such file or directory']],
  ['x=5; cat /nowhere && echo not', ['cat: /nowhere: no such file or directory']],
  ["echo $x $? '$x' \\; # nothing", ['5 0 $x ;']],
  ['echo lost > /new', ['sh: /new: read-only']],
  ['nowhere; echo $?', ['sh: nowhere: no such file or directory', '127']],
  ['echo "open', ['sh: this line cannot be understood: makes no sense']],
  ['pi 60 & pi 60 & wait; echo both', ['pi is 3.141592', 'pi is 3.141592', 'both']],
  ['kill 1; kill 2; kill 99', ['kill: 99: no such process']],
  ['dd if=/dev/zero bs=1000 count=100 | sum', [`${crc32(new Uint8Array(100_000)).toString(16)} 100000 -`]],
  ['cat /dev/zero | head -n 0', []],
];
const SCRIPT = COMMANDS.map(([commands]) => `${commands}\necho --\n`).join('');

describe('commands', () => {
  let sections: string[][] = [];
  let here: Outcome;
  const setup = () => ({ words: run('mount cofs0 /mnt; sh /mnt/script; halt'), folder: shared });
  let shared = '';
  beforeAll(async () => {
    shared = join(workshop.folder, 'commands');
    mkdirSync(shared);
    writeFileSync(join(shared, 'script'), SCRIPT);
    here = await workshop.here(setup());
    sections = [[]];
    for (const line of printed(here))
      if (line === '--') sections.push([]);
      else sections.at(-1)!.push(line);
  });

  it.each(COMMANDS.map(([commands, lines], n) => [commands, lines, n] as const))(
    '%s',
    (_commands, lines, n) => {
      expect(sections[n]).toEqual(lines);
    },
  );

  it('end the machine well, and do the same on QEMU', async () => {
    expect(here.status).toBe(1);
    expect(here.end).toContain('terminated: POWEROFF');
    expect(await workshop.onQemu(setup())).toEqual(here);
  });
});

describe('a process', () => {
  it.each([
    ['null', 'page fault', '(address 0x00000004, code 0x4)'],
    ['kernel', 'page fault', '(address 0xc0100000, code 0x5)'],
    ['stack', 'page fault', 'code 0x6)'],
    ['divide', 'divide error', ''],
    ['port', 'general protection', ''],
  ])('that does what it may not (%s) dies alone', async (what, exception, details) => {
    const outcome = await workshop.here({ words: run(`crash ${what} && echo alive; echo after; halt`) });
    const [message, ...others] = printed(outcome);
    expect(message).toMatch(new RegExp(`^crash \\(process 5\\): ${exception} at 0x0804`));
    expect(message).toContain(details);
    expect(others).toEqual(['after']);
  });

  it('gets an error for an address that is not its own', async () => {
    const outcome = await workshop.here({ words: run('crash pointer; halt') });
    expect(printed(outcome)).toEqual(['crash: write(): bad address']);
  });

  it('gives its memory back when it ends', async () => {
    const many = Array.from({ length: 8 }, () => 'ps|wc>/dev/null;').join('');
    const free = async (commands: string) => {
      const outcome = await workshop.here({ words: run(`${commands}free;${many}free;halt`) });
      return printed(outcome);
    };
    const [before, after] = await free('ps|wc>/dev/null;');
    expect(before).toMatch(/^memory: 16384 KiB, free: \d+ KiB/);
    expect(after).toBe(before);
  });
});

/** A guest with a shell on its console, and what is on that console. */
function shell(words = '') {
  const host = createHost([`${UNIX} ${words}`], 'mem=8');
  const screen = () => guestScreens(host.com2())[0] ?? '';
  const send = (bytes: Uint8Array) => {
    host.machine.receive('com2', Uint8Array.from(bytes));
  };
  const until = (text: string) => {
    for (let n = 0; n < 300 && !screen().includes(text); n++) host.run(10);
    expect(screen()).toContain(text);
  };
  until('\n$');
  return {
    host,
    screen,
    until,
    send,
    text: (text: string) => {
      for (const byte of new TextEncoder().encode(text)) send(encodeKey(byte, coKeyboardMode.ASCII));
    },
    keys: (...codes: number[]) => {
      for (const code of codes) send(encodeKey(code, coKeyboardMode.RAW));
    },
  };
}

describe('the terminal', () => {
  it('echoes what is typed and lets it be corrected', () => {
    const { text, until, screen } = shell();
    text('echo helloo\bX\x7f world\n');
    until('\nhello world\n');
    expect(screen()).toContain('$ echo hello world\n');
  });

  it('shows characters outside of ASCII as one cell each, and takes them back as a whole', () => {
    const { text, until, screen } = shell();
    text('echo Gr\u00fc\u00df\u20ac\b\u00e9\u20ac\n');
    // Cells are in code page 437, which has no euro sign.
    until('\nGr\x81\xe1\x82?\n');
    expect(screen()).toContain('echo Gr\x81\xe1\x82?\n');
  });

  it('knows scan codes with shift and control', () => {
    const { keys, until } = shell();
    const [e, c, h, o, space, one, shift, ctrl, u, enter] = [
      0x12, 0x2e, 0x23, 0x18, 0x39, 2, 0x2a, 0x1d, 0x16, 0x1c,
    ];
    keys(h, h, h, ctrl, u, ctrl | 0x80);
    keys(e, c, h, o, space, shift, h, shift | 0x80, o, shift, one, shift | 0x80, enter);
    until('\nHo!\n');
  });

  it('ends a program by Ctrl-C, and its input by Ctrl-D', () => {
    const { text, until } = shell();
    text('sleep 1000\n');
    until('sleep 1000\n');
    text('\u0003');
    until('^C\n$');
    text('echo next\n');
    until('\nnext\n');
    text('wc\n');
    text('a b\n\u0004');
    until('\n1 2 4\n');
    text('sleep 1000 &\n');
    until('\n[');
    text('\u0003ps\n');
    until('sleep        time');
  });

  it('takes another size', () => {
    const { text, until, send, screen, host } = shell();
    send(encodeResize(40, 10));
    host.run(50);
    text('dd if=/dev/zero bs=7 count=1 | wc; ls /bin\n');
    until('wc');
    const rows = screen().split('\n');
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(40);
  });
});

describe('the end', () => {
  it('by a shutdown from outside is orderly', () => {
    const { host, send, screen } = shell();
    send(encodePower(1));
    expect(host.finish()).toBe(0);
    expect(screen()).toContain('init: ending all processes\ninit: goodbye\n');
    expect(host.com1()).toContain('terminated: POWEROFF');
  });

  it('by Ctrl-Alt-Del is a new beginning', () => {
    const { host, send } = shell();
    send(encodePower(0));
    host.run(3000);
    expect(host.com1()).toContain('terminated: REBOOT');
    expect(host.com1().match(/a small cooperative Unix/g)).toHaveLength(2);
  });
});

it('a serial line is a terminal, too', () => {
  let received = '';
  const host = createHost(
    [`${UNIX} ttys0=port0 ${run('sh </dev/ttyS0 >/dev/ttyS0; halt')}`],
    'mem=8',
    64,
    undefined,
    {
      devices: { console: { ports: [{ name: 'line', terminal: false }] } },
      outputs: {
        block: () => undefined,
        frame: () => undefined,
        share: () => undefined,
        console: (_port, bytes) => (received += String.fromCharCode(...bytes)),
      },
    },
  );
  const until = (text: string) => {
    for (let n = 0; n < 300 && !received.includes(text); n++) host.run(10);
    expect(received).toContain(text);
  };
  const type = (text: string) => {
    host.machine.outside.consoleInput(0, new TextEncoder().encode(text));
  };
  until('$');
  type('echo a line | wx\bc\r');
  until('wx\b \bc\r\n1 2 7\r\n');
  type('exit\r');
  expect(host.finish()).toBe(0);
});
