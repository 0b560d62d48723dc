import { expect, it } from 'vitest';
import { Code } from '../wasm/code.ts';
import { createRegisterMoves } from './register-moves.ts';

it('brings from the state what is used, and back what is written', () => {
  const code = new Code(0);
  const moves = createRegisterMoves(code);
  const [LOAD, SPILL, WORK] = [0x10, 0x20, 0x30];
  const all = [0, 1, 2, 3];
  for (const register of all) moves.load(register, () => code.op(LOAD + register));
  moves.reads(1);
  moves.writes(2);
  code.op(WORK);
  moves.reads(3);
  moves.writes(3);
  for (const register of all) moves.spill(register, () => code.op(SPILL + register));
  moves.dropIdle();
  expect([...code.bytes.view()]).toEqual([LOAD + 1, LOAD + 2, LOAD + 3, WORK, SPILL + 2, SPILL + 3]);
});
