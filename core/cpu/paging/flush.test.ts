/** What survives which flush: the table of translations against a model that is a map, for few pages and for more than are remembered. */
import { expect, it } from 'vitest';
import { createRandom } from '../../testing/random.ts';
import { CR0, Cr0, CR3, CR4, Cr4 } from '../state.ts';
import { createBareMachine } from '../testing/bare-machine.ts';

const DIRECTORY = 0x10_0000;
const TABLES = 0x20_0000;
const LINEAR = 0x4000_0000;
const TABLE_ENTRIES = 0x400;
const [PRESENT, GLOBAL] = [1, 0x100];

interface Mapping {
  readonly frame: number;
  readonly global: boolean;
}

function load(pages: number) {
  const { cpu, dword } = createBareMachine();
  const tables: Mapping[] = [];
  const cached = new Map<number, Mapping>();
  const address = (page: number) => (LINEAR + page * 0x1000) | 0;
  function map(page: number, mapping: Mapping): void {
    tables[page] = mapping;
    dword(TABLES + page * 4, (mapping.frame << 12) | (mapping.global ? GLOBAL : 0) | PRESENT);
  }
  for (let table = 0; table * TABLE_ENTRIES < pages; table++)
    dword(DIRECTORY + ((LINEAR >>> 22) + table) * 4, (TABLES + table * 0x1000) | PRESENT);
  cpu.views.state[CR3] = DIRECTORY;
  cpu.views.state[CR4] = Cr4.PGE;
  cpu.views.state[CR0] |= Cr0.PG;
  cpu.mmu.flush(true);
  return {
    map,
    /** Reads from a page. @returns whether the translation is the cached one, or that of the tables */
    touch(page: number): boolean {
      const known = cached.get(page) ?? tables[page]!;
      cached.set(page, known);
      return cpu.mmu.translate(address(page), false, false) === known.frame << 12;
    },
    flush(global: boolean) {
      for (const [page, mapping] of cached) if (global || !mapping.global) cached.delete(page);
      cpu.mmu.flush(global);
    },
    flushPage(page: number) {
      cached.delete(page);
      cpu.mmu.flushPage(address(page));
    },
  };
}

it.each([
  [40, 20_000],
  [12 * TABLE_ENTRIES, 60_000],
])('keeps what a flush leaves, and nothing else: %i pages', (pages, steps) => {
  const random = createRandom(pages);
  const mapping = () => ({ frame: random(0x400), global: random(2) === 0 });
  const tlb = load(pages);
  for (let page = 0; page < pages; page++) tlb.map(page, mapping());
  const rare = pages * 2;
  const wrong: number[] = [];
  const touch = (page: number) => {
    if (!tlb.touch(page)) wrong.push(page);
  };
  for (let step = 0; step < steps; step++) {
    const page = random(pages);
    const what = random(rare);
    if (what === 0) tlb.flush(true);
    else if (what === 1) tlb.flush(false);
    else if (what < rare / 8) tlb.flushPage(page);
    else if (what < rare / 4) tlb.map(page, mapping());
    else touch(page);
  }
  for (const global of [false, true]) {
    for (let page = 0; page < pages; page++) touch(page);
    for (let page = 0; page < pages; page++) tlb.map(page, mapping());
    tlb.flush(global);
    for (let page = 0; page < pages; page++) touch(page);
  }
  expect(wrong).toEqual([]);
});
