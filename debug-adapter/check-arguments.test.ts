/** Arguments of requests against their schemas, and the schemas against the types. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkArguments } from './check-arguments.ts';

const source = { path: '/main.c' };

describe('arguments', () => {
  it.each([
    [
      'a field of another type',
      { source, breakpoints: [{ line: '5' }] },
      '"breakpoints[0].line" as a whole number, but it is "5"',
    ],
    [
      'a fraction',
      { source, breakpoints: [{ line: 1.5 }] },
      '"breakpoints[0].line" as a whole number, but it is 1.5',
    ],
    ['a missing field', {}, '"source" as an object, but it is not there'],
    ['no object', [source], 'its arguments as an object, but it is a list'],
    ['no list', { source, breakpoints: {} }, '"breakpoints" as a list, but it is an object'],
    [
      'another word',
      { source: { presentationHint: 'loud' } },
      '"source.presentationHint" as one of "normal", "emphasize", "deemphasize", but it is "loud"',
    ],
    ['null for what must be there', { source: null }, '"source" as an object, but it is null'],
  ])('that are wrong are told by place, expectation and value: %s', (_what, given, told) => {
    expect(() => checkArguments('setBreakpoints', given)).toThrow(
      `The request setBreakpoints needs ${told}.`,
    );
  });

  it('may be out of range', () => {
    expect(() => checkArguments('colinux/consoleResize', { terminal: 'com1', columns: 0, rows: 1 })).toThrow(
      '"columns" as a whole number from 1 to 1000, but it is 0',
    );
  });

  it('keep what no schema knows, and lose optional fields that are null', () => {
    const given = { kernel: 'a.elf', memory: null, noDebug: null };
    expect(checkArguments('launch', given)).toEqual({ kernel: 'a.elf', memory: null });
  });

  it('end where a client nests without end', () => {
    let deep: object = source;
    for (let n = 0; n < 10_000; n++) deep = { sources: [deep] };
    expect(() => checkArguments('setBreakpoints', { source: deep })).toThrow('something less deep');
  });

  it('cannot reach what all objects inherit', () => {
    const checked = checkArguments('launch', JSON.parse('{"__proto__": {"kernel": "x"}}'));
    expect(checked).toEqual({});
    expect(Object.getPrototypeOf(checked)).toBe(Object.prototype);
  });
});

describe('the schemas', () => {
  it('are current: npm run schemas', () => {
    const tool = fileURLToPath(new URL('../tools/schemas.mjs', import.meta.url));
    expect(execFileSync(process.execPath, [tool, '--check'], { encoding: 'utf8' })).toBe('');
  });
});
