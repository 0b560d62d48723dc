/** Where results of tests are found: serial lines, the lines of a guest, its console, the text screen. */
import { describe, expect, it } from 'vitest';
import { coConsoleOperation, coModule } from '../../core/abi/abi.ts';
import { encodeMessage } from '../../core/abi/decode.ts';
import { createTestOutput, type TestOutput } from './test-output.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const VGA = 80 * 25 * 2;
const names = (output: TestOutput, screen = new Uint8Array(VGA)) =>
  output.report(screen).tests.map(({ name, status }) => `${name}: ${status}`);

describe('results', () => {
  it('come over COM1 in whatever pieces, and end with the plan', () => {
    const output = createTestOutput(false);
    for (const byte of bytes('1..2\r\nok 1 a\r\nnot ok 2 b\r')) output.receive('com1', Uint8Array.of(byte));
    expect(output.isOver()).toBe(false);
    output.receive('com1', bytes('\n'));
    expect(output.isOver()).toBe(true);
    expect(names(output)).toEqual(['a: passed', 'b: failed']);
    expect(output.text()).toBe('1..2\r\nok 1 a\r\nnot ok 2 b\r\n');
  });

  it('are there though the last line has no end', () => {
    const output = createTestOutput(false);
    output.receive('com1', bytes('1..2\nok 1 a\nok 2 b'));
    expect([output.isOver(), names(output)]).toEqual([false, ['a: passed', 'b: passed']]);
  });

  it('of a guest are the lines that the host passes on, not those of the host', () => {
    const output = createTestOutput(true);
    output.receive('com1', bytes('host: 1..9\nguest0: KTAP version 1\nguest0: 1..1\nguest0:   ok 1 inner\n'));
    output.receive('com1', bytes('daemon0: not ok 1 what\nguest0: ok 1 outer\n'));
    expect(output.report(new Uint8Array(VGA)).tests).toMatchObject([
      { name: 'outer', subtests: [{ name: 'inner' }] },
    ]);
  });

  it('may come from port E9h alone', () => {
    const output = createTestOutput(false);
    output.receive('com1', bytes('hello\n'));
    output.receive('debugcon', bytes('1..1\nok 1 - e9\n'));
    expect([output.isOver(), names(output)]).toEqual([true, ['e9: passed']]);
  });

  it("may be on a guest's console alone", () => {
    const output = createTestOutput(true);
    const put = (y: number, text: string) => {
      const view = new DataView(new ArrayBuffer(10 + 2 * text.length));
      view.setUint32(0, coConsoleOperation.PUTCS, true);
      [y, 0, text.length, ...Array.from(text, (one) => 0x700 | one.charCodeAt(0))].forEach((word, n) => {
        view.setUint16(4 + 2 * n, word, true);
      });
      const header = { from: coModule.LINUX, to: coModule.CONSOLE, priority: 1, type: 1 };
      output.receive('com2', encodeMessage(header, new Uint8Array(view.buffer)));
    };
    ['1..2', 'ok 1 drawn', 'ok 2 too'].forEach((line, y) => {
      put(y, line);
    });
    expect(names(output)).toEqual(['drawn: passed', 'too: passed']);
  });

  it('may be on the text screen alone', () => {
    const screen = new Uint8Array(VGA);
    ['1..1', 'not ok 1 shown'].forEach((line, y) => {
      bytes(line).forEach((byte, x) => screen.set([byte, 7], (y * 80 + x) * 2));
    });
    expect(names(createTestOutput(false), screen)).toEqual(['shown: failed']);
  });
});
