/** SSE and SSE2 (SDM vol. 1, chapters 10 and 11): one file for each kind of instruction. */
import type { Softfloat } from '../../softfloat/softfloat.ts';
import type { OpcodeMap } from '../decode/opcode-map.ts';
import type { CpuEnv } from '../env.ts';
import { defineSseArithmetic } from './arithmetic.ts';
import { defineSseConversions } from './conversions.ts';
import { defineSseIntegers } from './integers.ts';
import { defineSseMoves } from './moves.ts';
import { defineSseShuffles } from './shuffles.ts';
import { createSseForms } from './sse-forms.ts';
import { defineSseState } from './state.ts';

export function defineSse(map: OpcodeMap, env: CpuEnv, fpu: Softfloat): void {
  const forms = createSseForms(map, env);
  defineSseMoves(map, env, forms);
  defineSseArithmetic(map, env, fpu, forms);
  defineSseShuffles(map, env, fpu, forms);
  defineSseIntegers(map, env, fpu, forms);
  defineSseConversions(map, env, fpu, forms);
  defineSseState(map, env, fpu, forms);
}
