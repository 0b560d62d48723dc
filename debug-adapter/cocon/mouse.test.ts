/** What xterm tells of the mouse, and what is left for the keyboard. */
import { expect, it } from 'vitest';
import { createMouseReader } from './mouse.ts';

it('parts presses, moves, releases and the wheel from what is typed', () => {
  const { text, reports } = createMouseReader().read(
    'a\x1b[<0;1;1M\x1b[<32;5;7Mb\x1b[<2;5;7M\x1b[<0;5;7m\x1b[<2;5;7m\x1b[<64;3;4M\x1b[<65;3;4Mc',
  );
  expect(text).toBe('abc');
  expect(reports).toEqual([
    { x: 0, y: 0, buttons: 1, wheel: 0 },
    { x: 4, y: 6, buttons: 1, wheel: 0 },
    { x: 4, y: 6, buttons: 3, wheel: 0 },
    { x: 4, y: 6, buttons: 2, wheel: 0 },
    { x: 4, y: 6, buttons: 0, wheel: 0 },
    { x: 2, y: 3, buttons: 0, wheel: -1 },
    { x: 2, y: 3, buttons: 0, wheel: 1 },
  ]);
});

it('leaves other sequences to the keyboard', () => {
  const typed = '\x1b[A\x1b[<1;2M\x1b[<x';
  expect(createMouseReader().read(typed)).toEqual({ text: typed, reports: [] });
});
