/**
 * The instruction set of a processor model: the opcode maps, filled by the files of all families.
 */
import type { Softfloat } from '../softfloat/softfloat.ts';
import type { CpuEnv } from './env.ts';
import type { CpuModel } from './system/cpuid.ts';
import { restrictToModel } from './system/model.ts';
import { createOpcodeMap, type OpcodeMap } from './decode/opcode-map.ts';
import { createArithmetic, defineAlu } from './integer/alu.ts';
import { defineAtomic } from './integer/atomic.ts';
import { defineBcd } from './integer/bcd.ts';
import { defineBit } from './integer/bit.ts';
import { defineFlow } from './integer/flow.ts';
import { defineIo } from './system/io.ts';
import { defineMsr } from './system/msr.ts';
import { defineMov } from './integer/mov.ts';
import { defineMulDiv } from './integer/muldiv.ts';
import { defineSegment } from './segmentation/segment.ts';
import { defineShift } from './integer/shift.ts';
import { defineStack } from './integer/stack.ts';
import { defineString } from './string/string.ts';
import { defineSystem } from './system/system.ts';
import { defineMmx } from './fpu/mmx.ts';
import { defineSse } from './sse/sse.ts';
import { defineX87 } from './fpu/x87.ts';

export function createInstructionSet(env: CpuEnv, fpu: Softfloat, model: CpuModel): OpcodeMap {
  const map = createOpcodeMap();
  const arithmetic = createArithmetic(env);
  defineAlu(map, env, arithmetic);
  defineMov(map, env);
  defineStack(map, env);
  defineFlow(map, env);
  defineShift(map, env);
  defineMulDiv(map, env);
  defineBcd(map, env, arithmetic);
  defineBit(map, env);
  defineAtomic(map, env, arithmetic);
  defineString(map, env, arithmetic);
  defineIo(map, env);
  defineSegment(map, env);
  defineSystem(map, env);
  defineMsr(map, env);
  defineX87(map, env, fpu);
  defineMmx(map, env, fpu);
  defineSse(map, env, fpu);
  restrictToModel(map, model, env.faults);
  return map;
}
