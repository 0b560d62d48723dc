import { describe, expect, it } from 'vitest';
import { keptFrom } from './kept.ts';

const terminal = { id: 'cocon0', kind: 'cocon', title: 'cocon: guest' };
const attach = { type: 'colinux', request: 'attach', name: 'Attach', port: 4711 };

describe('what is kept of consoles', () => {
  it('comes back as it was written', () => {
    const kept = {
      consoles: [{ terminal, data: '\x1b[0mhello', connected: true, front: true }],
      sessions: [{ folder: 'file:///work', configuration: attach }],
    };
    expect(keptFrom(JSON.stringify(kept))).toEqual(kept);
  });

  it('is nothing when the file is not there, cut off, or something else', () => {
    const nothing = { consoles: [], sessions: [] };
    for (const text of [undefined, '', '{"consoles":[', '[]', 'null', '{"consoles":4,"sessions":{}}'])
      expect(keptFrom(text)).toEqual(nothing);
  });

  it('passes over entries that make no sense, and takes a bounded number', () => {
    const consoles = [
      { terminal: { id: 1 }, data: 'x' },
      { terminal, data: 7 },
      { terminal, data: 'good' },
    ];
    const sessions = [
      { configuration: { ...attach, request: 'launch' } },
      { configuration: 'attach' },
      ...Array.from({ length: 100 }, () => ({ folder: 3, configuration: attach })),
    ];
    const kept = keptFrom(JSON.stringify({ consoles, sessions }));
    expect(kept.consoles).toEqual([{ terminal, data: 'good', connected: false, front: false }]);
    expect(kept.sessions).toHaveLength(4);
    expect(kept.sessions[0]).toEqual({ folder: undefined, configuration: attach });
  });
});
