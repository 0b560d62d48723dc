import { describe, expect, it } from 'vitest';
import { ConsoleLink } from './console-link.ts';

/** A source whose redraw can be held back. */
function source(screen: () => string | Promise<string>) {
  const typed: string[] = [];
  return {
    typed,
    attach: () => Promise.resolve().then(screen),
    input: (data: string) => {
      typed.push(data);
      return Promise.resolve();
    },
    resize: (columns: number, rows: number) => {
      typed.push(`${columns}x${rows}`);
      return Promise.resolve();
    },
  };
}

function screenOf() {
  let text = '';
  return {
    write: (data: string) => {
      text += data;
    },
    // What is left after the last clearing of the screen.
    text: () => text.split('\x1b[H').pop(),
  };
}

describe('a console', () => {
  it('draws the whole screen on a terminal that opens late, then what follows', async () => {
    const link = new ConsoleLink();
    await link.connect(source(() => 'boot\r\n'));
    link.receive('boot\r\n');
    const screen = screenOf();
    await link.open(screen.write);
    link.receive('next');
    expect(screen.text()).toBe('boot\r\nnext');
  });

  it('draws again when text arrived during the redraw, so none is lost or doubled', async () => {
    const link = new ConsoleLink();
    let shadow = 'a';
    let first = true;
    await link.connect(
      source(() => {
        const text = shadow;
        if (first) {
          first = false;
          shadow += 'b';
          link.receive('b');
        }
        return text;
      }),
    );
    const screen = screenOf();
    await link.open(screen.write);
    expect(screen.text()).toBe('ab');
  });

  it('shows the text it has seen when the session cannot redraw', async () => {
    const link = new ConsoleLink();
    await link.connect(source(() => Promise.reject(new Error('unknown request'))));
    link.receive('seen');
    const screen = screenOf();
    await link.open(screen.write);
    link.receive(' more');
    expect(screen.text()).toBe('seen more');
  });

  it('keeps its text after the session, and starts empty with the next one', async () => {
    const link = new ConsoleLink();
    await link.connect(source(() => 'goodbye'));
    link.receive('goodbye');
    link.disconnect('ended');
    const screen = screenOf();
    await link.open(screen.write);
    expect(screen.text()).toContain('goodbye');
    expect(screen.text()).toContain('ended');
    await link.connect(source(() => ''));
    expect(screen.text()).toBe('');
  });

  it('shows its text when the session ends while the terminal opens', async () => {
    const link = new ConsoleLink();
    await link.connect(source(() => new Promise<string>(() => undefined)));
    link.receive('hello, goodbye');
    const screen = screenOf();
    void link.open(screen.write);
    link.disconnect('ended');
    expect(screen.text()).toContain('hello, goodbye');
    expect(screen.text()).toContain('ended');
  });

  it('sends keys to its session only', async () => {
    const link = new ConsoleLink();
    await link.input('lost');
    const session = source(() => '');
    await link.connect(session);
    await link.input('kept');
    expect(session.typed).toEqual(['kept']);
  });

  it('writes nothing to a terminal that was closed during the redraw', async () => {
    const link = new ConsoleLink();
    await link.connect(source(() => 'text'));
    const screen = screenOf();
    const opening = link.open(screen.write);
    link.close();
    await opening;
    expect(screen.text()).toBe('');
  });

  it('draws a machine that has run before on a terminal that is open already', async () => {
    const link = new ConsoleLink('the last screen of before');
    const screen = screenOf();
    await link.open(screen.write);
    expect(screen.text()).toBe('the last screen of before');
    await link.connect(source(() => 'running since yesterday'));
    expect(screen.text()).toBe('running since yesterday');
    expect(link.text).toBe('running since yesterday');
  });

  it('keeps a text that draws it, and not all that ever came', async () => {
    const link = new ConsoleLink();
    await link.connect(source(() => 'screen'));
    const line = 'x'.repeat(1000);
    for (let n = 0; n < 1000; n++) {
      link.receive(line);
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    await new Promise((resolve) => setTimeout(resolve));
    expect(link.text.startsWith('screen')).toBe(true);
    expect(link.text.length).toBeLessThan(300_000);
  });
});
