/** The lengths of instructions that code run straight from its bytes needs at the end of a page, beside those of the decoder. */
import { expect, it } from 'vitest';
import { instantiate } from '../../memory/instantiate.ts';
import { CODE, createBareMachine } from '../testing/bare-machine.ts';
import { RAM_BASE } from '../../memory/layout.ts';
import { DIRECT_WASM } from './generated.ts';

const BYTES = Array.from({ length: 0x100 }, (_, byte) => byte);
/** SIB with and without a base, and displacements that are no part of it. */
const REST = [[0x25, 0x05, 0x90], [0x04]];

it('are the decoder’s for every opcode and ModRM', () => {
  const { cpu, memory, bytes } = createBareMachine({}, 'max', 'interpreter');
  const nothing = () => 0;
  const env = { memory: memory.wasm, refill: nothing, refillFetch: nothing, tell: nothing };
  const { lengthAt } = instantiate(DIRECT_WASM)<{ lengthAt: (at: number) => number }>(env);
  const wrong: string[] = [];
  let known = 0;
  function compare(...code: number[]): void {
    bytes(CODE, ...code);
    const found = lengthAt(CODE + RAM_BASE);
    if (found === 0) return;
    known++;
    const decoded = cpu.blockAt(CODE)?.insns[0]?.end;
    if (decoded !== found)
      wrong.push(`${code.map((byte) => byte.toString(16)).join(' ')}: ${found}, ${decoded}`);
  }
  for (const first of BYTES)
    for (const second of BYTES)
      if (first !== 0x0f) for (const rest of REST) compare(first, second, ...rest);
      else for (const modrm of BYTES) compare(first, second, modrm, 0x25);
  expect(wrong).toEqual([]);
  expect(known).toBeGreaterThan(80_000);
});
