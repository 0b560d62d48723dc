/** Serial lines on this computer: files, pipes, terminals and their settings. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../testing/guest-on-node.ts';
import { openSerialLine, type SerialLine, sttyWords } from './serial-line.ts';
import { tell } from '../../core/sentences/say.ts';

let folder: string;
const cleanups: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serial-line-'));
});
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
  rmSync(folder, { recursive: true });
});

function open(device: string, mode = '') {
  let received = '';
  const reports: string[] = [];
  const line: SerialLine = openSerialLine(
    { device, mode },
    {
      receive: (bytes) => (received += Buffer.from(bytes).toString()),
      report: (sentence) => reports.push(tell(sentence)),
    },
  );
  cleanups.push(line.close);
  return { line, received: () => received, reports };
}

/** A terminal whose other side is ours: `script` makes one and says its name. */
async function terminal() {
  const child = spawn('script', ['-qfc', 'stty -echo; tty; exec sleep 60', '/dev/null']);
  cleanups.push(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  await until(() => /\/dev\/pts\/\d+\r?\n/.test(output), 'the terminal');
  const [device = ''] = /\/dev\/pts\/\d+/.exec(output) ?? [];
  output = '';
  return { device, output: () => output, write: (text: string) => child.stdin.write(text) };
}

const hasScript = spawnSync('script', ['--version']).status === 0;

describe('a serial line', () => {
  it('writes to a file, which it empties', () => {
    const file = join(folder, 'out');
    writeFileSync(file, 'what was there before');
    open(file).line.send(Buffer.from('hello '));
    expect(readFileSync(file, 'utf8')).toBe('hello ');
  });

  it('speaks and listens through a pipe', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const { received } = open(pipe);
    writeFileSync(pipe, 'from outside');
    await until(() => received() === 'from outside', 'the bytes');
  });

  it.skipIf(!hasScript)('speaks and listens on a terminal, byte by byte and unchanged', async () => {
    const other = await terminal();
    const { line, received } = open(other.device, 'BAUD=9600 PARITY=n');
    line.send(Buffer.from('a\nb\r\x03c'));
    await until(() => other.output().length === 6, 'what was sent');
    expect(other.output()).toBe('a\nb\r\x03c');
    other.write('x\ry\x04');
    await until(() => received().length === 4, 'what was typed');
    expect(received()).toBe('x\ry\x04');
    const settings = execFileSync('stty', ['-F', other.device]).toString();
    expect(settings).toContain('speed 9600 baud');
  });

  it.skipIf(!hasScript)('says which settings a device does not take', async () => {
    const { device } = await terminal();
    expect(() => open(device, 'loud')).toThrow(
      /does not take the settings "loud", stty: .*loud.*: use words of stty\.$/,
    );
  });

  it('that cannot be opened is one sentence', () => {
    expect(() => open(folder)).toThrow(/cannot be opened, it is a folder: give stdio, a device or a file\.$/);
    expect(() => open(join(folder, 'none/x'))).toThrow('it does not exist');
  });
});

it.each([
  ['115200 cs8 -parenb', ['115200', 'cs8', '-parenb']],
  ['BAUD=9600 PARITY=n DATA=8 STOP=1', ['9600', '-parenb', 'cs8', '-cstopb']],
  ['baud=300,parity=o,stop=2', ['300', 'parenb', 'parodd', 'cstopb']],
  ['', []],
])('the settings %j are words of stty', (mode, words) => {
  expect(sttyWords(mode)).toEqual(words);
});
