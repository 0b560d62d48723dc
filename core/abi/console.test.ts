import { describe, expect, it } from 'vitest';
import { coConsoleOperation, coKeyboardMode, coOperation, moduleName, nameOf } from './abi.ts';
import { decodeConsole, encodeKey } from './console.ts';
import { applyConsole, createScreen, screenText } from './console-screen.ts';
import { decodeRecords, decodeState } from './decode.ts';
import { layouts } from './layouts.ts';

function operation(type: number, ...words: number[]): DataView {
  const view = new DataView(new ArrayBuffer(4 + 2 * words.length));
  view.setUint32(0, type, true);
  words.forEach((word, i) => {
    view.setUint16(4 + 2 * i, word, true);
  });
  return view;
}

describe('console operations', () => {
  it('has x first in PUTC and y first in PUTCS', () => {
    expect(decodeConsole(operation(coConsoleOperation.PUTC, 3, 1, 0x741))).toEqual({
      kind: 'putc',
      x: 3,
      y: 1,
      cell: 0x741,
    });
    expect(decodeConsole(operation(coConsoleOperation.PUTCS, 3, 1, 1, 0x741))).toEqual({
      kind: 'putcs',
      y: 3,
      x: 1,
      cells: [0x741],
    });
  });

  it('is undefined when cut short', () => {
    expect(decodeConsole(operation(coConsoleOperation.PUTCS, 3, 1, 2, 0x741))).toBeUndefined();
    expect(decodeConsole(operation(coConsoleOperation.CLEAR, 0, 0))).toBeUndefined();
    expect(decodeConsole(new DataView(new ArrayBuffer(3)))).toBeUndefined();
  });

  it('draws, scrolls and moves on a screen and ignores what lies outside', () => {
    const screen = createScreen(4, 3);
    const draw = (type: number, ...words: number[]): void => {
      applyConsole(screen, decodeConsole(operation(type, ...words))!);
    };
    draw(coConsoleOperation.PUTCS, 0, 2, 4, 0x741, 0x742, 0x743, 0x744);
    draw(coConsoleOperation.PUTC, 0, 2, 0x745);
    expect(screenText(screen)).toBe('  AB\n\nE\n');
    draw(coConsoleOperation.SCROLL_UP, 0, 2, 1, 0x720);
    expect(screenText(screen)).toBe('\nE\n');
    draw(coConsoleOperation.BMOVE, 0, 3, 1, 0, 1, 0);
    draw(coConsoleOperation.SCROLL_DOWN, 0, 1, 1, 0x72e);
    expect(screenText(screen)).toBe('....\n   E\n');
    draw(coConsoleOperation.CLEAR, 0, 0, 99, 99, 0x720);
    expect(screenText(screen)).toBe('\n');
  });
});

describe('records', () => {
  it('come out of a stream whole, and the rest is kept', () => {
    const key = encodeKey(0x41, coKeyboardMode.ASCII);
    const stream = new Uint8Array([...key, ...key.subarray(0, 21)]);
    const { records, rest } = decodeRecords(stream);
    expect(records).toHaveLength(1);
    expect(records[0]!.data.getUint32(layouts.co_linux_message.size, true)).toBe(0x41);
    expect(rest).toHaveLength(21);
  });
});

describe('names and states', () => {
  it('names operations and modules with their unit', () => {
    expect(nameOf(coOperation, 6)).toBe('FORWARD_INTERRUPT');
    expect(nameOf(coOperation, 99)).toBe('99');
    expect(['0', '6', '8', '27', '155', '156'].map((n) => moduleName(Number(n)))).toEqual([
      'LINUX',
      'CONSOLE',
      'CONET0',
      'COBD3',
      'COAUDIO1',
      'MAX',
    ]);
  });

  it('decodes a state block', () => {
    const view = new DataView(new ArrayBuffer(layouts.co_passage_page.size));
    const at = layouts.co_passage_page.fields.guest[0];
    view.setUint32(at + 0x40, 0xc0108000, true);
    view.setUint32(at + 0x22, 0xc0200000, true);
    expect(decodeState(view, at)).toMatchObject({ esp: 0xc0108000, gdtBase: 0xc0200000 });
    expect(decodeState(view, view.byteLength - 4)).toBeUndefined();
  });
});
