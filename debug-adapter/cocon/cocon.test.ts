/** The cocon terminal against xterm.js: whatever a guest draws, the terminal shows what the shadow screen holds. */
import { Terminal } from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { coConsoleOperation as op, coModule } from '../../core/abi/abi.ts';
import { decodeConsole, encodeKey, type ConsoleOperation } from '../../core/abi/console.ts';
import { type ConsoleScreen, rowOf } from '../../core/abi/console-screen.ts';
import { type CoRecord, decodeRecords, encodeMessage } from '../../core/abi/decode.ts';
import { createConsoleRenderer } from './ansi.ts';
import { characterOf } from './cp437.ts';
import { encodeTyped } from './keys.ts';
import { createConsoleWire, type WireMessage } from './wire.ts';

/** Numbers that look random and are the same in each run. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
}

function operationBytes(type: number, ...words: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + 2 * words.length));
  view.setUint32(0, type, true);
  for (const [n, word] of words.entries()) view.setUint16(4 + 2 * n, word, true);
  return new Uint8Array(view.buffer);
}
const decoded = (bytes: Uint8Array) => decodeConsole(new DataView(bytes.buffer)) as ConsoleOperation;
const message = (bytes: Uint8Array, monitor = 0) =>
  encodeMessage(
    { from: coModule.LINUX | (monitor << 16), to: coModule.CONSOLE, priority: 1, type: 1 },
    bytes,
  );

/** Any operation, mostly sensible, sometimes far outside of the screen. */
function anyOperation(random: (below: number) => number): Uint8Array {
  const x = () => random(random(20) ? 82 : 0x1_0000);
  const y = () => random(random(20) ? 26 : 0x1_0000);
  const cell = () => (random(256) << 8) | random(256);
  switch (random(12)) {
    case 0:
      return operationBytes(op.CLEAR, y(), x(), y(), x(), cell());
    case 1:
    case 2:
      return operationBytes(op.PUTC, x(), y(), cell());
    case 3:
    case 4: {
      const cells = Array.from({ length: random(90) }, cell);
      return operationBytes(op.PUTCS, y(), x(), cells.length, ...cells);
    }
    case 5:
      return operationBytes([op.CURSOR_DRAW, op.CURSOR_ERASE, op.CURSOR_MOVE][random(3)]!, x(), y(), 1);
    case 6:
      return operationBytes(op.SCROLL_UP, y(), y(), random(4), cell());
    case 7:
      return operationBytes(op.SCROLL_UP, 0, 24, random(30), cell());
    case 8:
      return operationBytes(op.SCROLL_DOWN, y(), y(), random(4), cell());
    case 9:
      return operationBytes(op.BMOVE, y(), x(), y(), x(), y(), x());
    case 10:
      return operationBytes(op.INVERT_REGION, y(), x(), random(200));
    default:
      return operationBytes([op.BLANK, op.FONT, op.SWITCH][random(3)]!, 0, 0, 0, 0, 0);
  }
}

const terminal = (cols = 80, rows = 25) =>
  new Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
const write = (to: Terminal, text: string) =>
  new Promise<void>((resolve) => {
    to.write(text, resolve);
  });

const VGA_TO_ANSI = [0, 4, 2, 6, 1, 5, 3, 7];

/** What a terminal shows, one word a cell; and what a screen should look like in the same words. */
function shown(on: Terminal): string[] {
  const { active } = on.buffer;
  return Array.from({ length: 25 }, (_row, y) => {
    const line = active.getLine(active.baseY + y)!;
    return Array.from({ length: 80 }, (_column, x) => {
      const cell = line.getCell(x)!;
      const foreground = cell.isFgDefault() ? 'default' : String(cell.getFgColor());
      const background = cell.isBgDefault() ? 'default' : String(cell.getBgColor());
      return `${cell.getChars() || ' '}/${foreground}/${background}/${cell.isBlink() ? 'blink' : ''}`;
    }).join(' ');
  });
}
function expected({ cells }: ConsoleScreen): string[] {
  return Array.from({ length: 25 }, (_row, y) =>
    Array.from(cells.subarray(y * 80, (y + 1) * 80), (cell) => {
      const attribute = cell >> 8;
      const plain = (attribute & 0x7f) === 0x07;
      const foreground = VGA_TO_ANSI[attribute & 7]! + (attribute & 8 ? 8 : 0);
      // Black is the terminal's own background.
      const background = ((attribute >> 4) & 7) === 0 ? 'default' : VGA_TO_ANSI[(attribute >> 4) & 7]!;
      const blink = attribute & 0x80 ? 'blink' : '';
      return `${characterOf(cell & 0xff)}/${plain ? 'default' : foreground}/${plain ? 'default' : background}/${blink}`;
    }).join(' '),
  );
}

describe('the cocon terminal', () => {
  it.each([1, 2, 3, 4])('shows the screen and the cursor after any operations (%i)', async (seed) => {
    const random = generator(seed);
    const renderer = createConsoleRenderer();
    const live = terminal();
    await write(live, renderer.redraw());
    for (let round = 0; round < 40; round++) {
      for (let n = 0; n < 5; n++) await write(live, renderer.draw(decoded(anyOperation(random))));
      expect(shown(live)).toEqual(expected(renderer.screen));
      const { x, y } = renderer.screen.cursor;
      expect([live.buffer.active.cursorX, live.buffer.active.cursorY]).toEqual([
        Math.min(x, 79),
        Math.min(y, 24),
      ]);
    }
    const late = terminal();
    await write(late, renderer.redraw());
    expect(shown(late)).toEqual(shown(live));
    expect(late.buffer.active.cursorY).toBe(live.buffer.active.cursorY);
  });

  it('has the size and the cursor of the configuration', async () => {
    const renderer = createConsoleRenderer({ columns: 100, rows: 3, scrollback: 0, cursor: 100 });
    const big = new Terminal({ cols: 100, rows: 3, allowProposedApi: true });
    await write(big, renderer.redraw());
    await write(big, renderer.draw({ kind: 'putcs', x: 97, y: 2, cells: [0x0761, 0x4f62, 0x0763, 0x0764] }));
    const line = big.buffer.active.getLine(2)!;
    expect(line.translateToString(true).trimEnd()).toBe(`${' '.repeat(97)}abc`);
    expect(renderer.redraw()).toContain('\x1b[2 q');
    const hidden = createConsoleRenderer({ columns: 80, rows: 25, scrollback: 0, cursor: 0 });
    expect(hidden.redraw()).toMatch(/\x1b\[\?25l$/);
  });

  it('keeps what scrolls off the screen in the scrollback', async () => {
    const renderer = createConsoleRenderer();
    const live = terminal();
    const text = [...'first'].map((c) => 0x0700 | c.charCodeAt(0));
    await write(live, renderer.draw(decoded(operationBytes(op.PUTCS, 0, 0, text.length, ...text))));
    await write(live, renderer.draw(decoded(operationBytes(op.SCROLL_UP, 0, 24, 1, 0x0720))));
    expect(live.buffer.active.getLine(0)?.translateToString(true)).toBe('first');
    expect(live.buffer.active.baseY).toBe(1);
  });

  it.each([
    [60, 10],
    [100, 40],
    [20, 30],
    [200, 2],
  ])('shows the part with the cursor on a terminal of %i x %i', async (columns, rows) => {
    const random = generator(columns);
    const renderer = createConsoleRenderer();
    renderer.resize({ columns, rows });
    const live = terminal(columns, rows);
    await write(live, renderer.redraw());
    const text = (of: Terminal) =>
      Array.from({ length: Math.min(rows, 25) }, (_, y) =>
        of.buffer.active
          .getLine(of.buffer.active.baseY + y)!
          .translateToString(false)
          .slice(0, 80),
      );
    for (let round = 0; round < 100; round++) {
      await write(live, renderer.draw(decoded(anyOperation(random))));
      const { screen } = renderer;
      const top = Math.max(0, Math.min(screen.cursor.y, 24) - Math.min(rows, 25) + 1);
      const wanted = text(live).map((_, y) =>
        Array.from(rowOf(screen, top + y).subarray(0, columns), (cell) => characterOf(cell & 0xff)).join(''),
      );
      expect(text(live)).toEqual(wanted);
      expect(renderer.cellAt(0, 0)).toEqual({ x: 0, y: top });
      const late = terminal(columns, rows);
      await write(late, renderer.redraw());
      expect(text(late)).toEqual(wanted);
    }
  });

  it.each([25, 10, 40])(
    'draws what has scrolled off on a terminal of %i rows that opens late',
    async (rows) => {
      const renderer = createConsoleRenderer();
      const line = (n: number) => [...`line ${n}`].map((c) => 0x0700 | c.charCodeAt(0));
      for (let n = 0; n < 60; n++) {
        renderer.draw(decoded(operationBytes(op.SCROLL_UP, 0, 24, 1, 0x0720)));
        renderer.draw(decoded(operationBytes(op.PUTCS, 24, 0, line(n).length, ...line(n))));
      }
      renderer.draw(decoded(operationBytes(op.CURSOR_MOVE, 0, 24, 1)));
      renderer.resize({ columns: 80, rows });
      const late = terminal(80, rows);
      await write(late, renderer.redraw());
      const lines = Array.from({ length: late.buffer.active.length }, (_, y) =>
        late.buffer.active.getLine(y)!.translateToString(true).trimEnd(),
      );
      expect(lines.filter((text) => text !== '')).toEqual(Array.from({ length: 60 }, (_, n) => `line ${n}`));
    },
  );

  it('follows a guest to another size, and a dark screen back to light', async () => {
    const renderer = createConsoleRenderer();
    renderer.resize({ columns: 100, rows: 30 });
    const live = terminal(100, 30);
    await write(live, renderer.redraw());
    const draw = (...operation: Parameters<typeof operationBytes>) =>
      write(live, renderer.draw(decoded(operationBytes(...operation))));
    const corners = () =>
      [0, 29].map((y) =>
        live.buffer.active
          .getLine(live.buffer.active.baseY + y)!
          .translateToString(true)
          .trim(),
      );
    await draw(op.PUTC, 0, 0, 0x0741);
    await draw(op.CONFIG, 30, 100, 7);
    await draw(op.PUTC, 99, 29, 0x0742);
    expect(corners()).toEqual(['A', 'B']);
    await draw(op.BLANK, 1);
    await draw(op.PUTC, 1, 0, 0x0743);
    expect(corners()).toEqual(['', '']);
    await draw(op.BLANK, 0);
    expect(corners()).toEqual(['AC', 'B']);
  });

  it('never passes an escape sequence of the guest on', () => {
    const renderer = createConsoleRenderer();
    for (let code = 0; code < 256; code++) {
      const text = renderer.draw({ kind: 'putc', x: 1, y: 1, cell: 0x0700 | code });
      expect(text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    }
  });
});

describe('the keyboard', () => {
  /** Scan codes, and text in quotes. */
  const sent = (typed: string) =>
    decodeRecords(encodeTyped(typed))
      .records.map(({ data }) => {
        const code = data.getUint32(12, true);
        return data.getUint32(16, true) === 0 ? code.toString(16) : `"${String.fromCharCode(code)}"`;
      })
      .join(' ');

  it('sends text as text, and keys that make none as scan codes', () => {
    expect(sent('a\x1b[Ab')).toBe('"a" e0 48 e0 c8 "b"');
    expect(sent('\x1bOP\x1b[24~\x1b[3~')).toBe('3b bb 58 d8 e0 53 e0 d3');
    expect(sent('\x03')).toBe('"\x03"');
  });

  it('holds the modifiers of a key while it is pressed', () => {
    expect(sent('\x1b[1;6D')).toBe('2a 1d e0 4b e0 cb 9d aa');
    expect(sent('\x1b[15;3~')).toBe('38 3f bf b8');
  });

  it.each(['\x1b', '\x1b[', '\x1b[99~', '\x1b[Z', '\x1b[1;2', '\x1bx'])('passes %j on as it is', (typed) => {
    expect(sent(typed)).toBe([...typed].map((c) => `"${c}"`).join(' '));
  });
});

describe('the cocon wire', () => {
  it('finds the operations however the bytes are cut', () => {
    const random = generator(7);
    const operations = Array.from({ length: 50 }, () => anyOperation(random));
    const stream = operations.flatMap((bytes, n) => [...message(bytes, n)]);
    const wire = createConsoleWire();
    const found: WireMessage[] = [];
    for (let at = 0; at < stream.length;) {
      const size = 1 + random(40);
      found.push(...wire.receive(Uint8Array.from(stream.slice(at, at + size))));
      at += size;
    }
    expect(found).toEqual(operations.map((bytes, monitor) => ({ monitor, operation: decoded(bytes) })));
  });

  it('finds the next operation after garbage', () => {
    const wire = createConsoleWire();
    const good = message(operationBytes(op.PUTC, 1, 2, 0x741));
    const garbage = new Uint8Array(333).fill(0xee);
    const found = wire.receive(Uint8Array.from([...garbage, ...good, ...garbage, ...good]));
    expect(found.at(-1)?.operation).toEqual(decoded(operationBytes(op.PUTC, 1, 2, 0x741)));
  });

  it('survives any bytes, and works again after them', () => {
    const random = generator(11);
    const wire = createConsoleWire();
    for (let n = 0; n < 200; n++)
      wire.receive(Uint8Array.from({ length: 1000 }, () => random(n % 3 ? 256 : 8)));
    // A header among the noise may claim up to 64 KiB; behind that the wire is itself again.
    const good = message(operationBytes(op.PUTC, 3, 4, 0x742));
    const flood = Uint8Array.from({ length: 4000 * good.length }, (_, n) => good[n % good.length]!);
    expect(wire.receive(flood).length).toBeGreaterThan(1000);
    expect(wire.receive(good)).toEqual([
      { monitor: 0, operation: decoded(operationBytes(op.PUTC, 3, 4, 0x742)) },
    ]);
  });

  it('sends each byte that is typed as a key message', () => {
    const { records } = decodeRecords(encodeTyped('aé'));
    expect(records.map(({ data }) => data.getUint32(12, true))).toEqual([0x61, 0xc3, 0xa9]);
    expect(encodeTyped('a')).toEqual(encodeKey(0x61, 1));
    const [{ header }] = decodeRecords(encodeTyped('a', 5)).records as [CoRecord];
    expect(header.to).toBe((5 << 16) | coModule.LINUX);
  });
});
