import { describe, expect, it } from 'vitest';
import { keepRow, rowAgain } from './caller-rows.ts';
import { type Frame, NO_CODE } from './frame.ts';

const frameAt = (depth: number): Frame => ({
  ...{ coroutine: 0, kind: 'code', name: 'main', depth },
  ...NO_CODE,
  identity: {},
});
const EPOCH = {};
const row = () => ({
  ...{ id: 1, name: 'main', line: 3, column: 1, moduleId: 'host', instructionPointerReference: '0x00001000' },
  source: { name: 'main.c', path: '/main.c' },
});

describe('the row of a caller', () => {
  it('is what it was, but for its number', () => {
    const frame = frameAt(1);
    keepRow(frame, EPOCH, 0, row());
    expect(rowAgain({ ...frame }, EPOCH, 0, 7)).toEqual({ ...row(), id: 7 });
  });

  it('is not when sources are looked for anew, or another coroutine has the processor', () => {
    const frame = frameAt(1);
    keepRow(frame, EPOCH, 0, row());
    expect(rowAgain(frame, {}, 0, 7)).toBeUndefined();
    expect(rowAgain(frame, EPOCH, 1, 7)).toBeUndefined();
    expect(rowAgain(frameAt(1), EPOCH, 0, 7)).toBeUndefined();
  });

  it('is not kept of the innermost frame', () => {
    const frame = frameAt(0);
    keepRow(frame, EPOCH, 0, row());
    expect(rowAgain(frame, EPOCH, 0, 7)).toBeUndefined();
  });

  it('is not changed by who has got it', () => {
    const frame = frameAt(1);
    const given = row();
    keepRow(frame, EPOCH, 0, given);
    given.source.path = 'elsewhere';
    rowAgain(frame, EPOCH, 0, 7)!.source!.path = 'elsewhere';
    expect(rowAgain(frame, EPOCH, 0, 8)?.source?.path).toBe('/main.c');
  });
});
