/** Breakpoints on code and data. */
import { dataBreakpointInfo, portReference } from '../data-breakpoints.ts';
import { placeOf } from '../memory-reference.ts';
import { hex } from '../registers.ts';
import type { Handlers } from './handler.ts';
import {
  setDataBreakpoints,
  setFunctionBreakpoints,
  setInstructionBreakpoints,
  setSourceBreakpoints,
} from './set-breakpoints.ts';

export const breakpoints = {
  async setBreakpoints(context, args) {
    return { breakpoints: await setSourceBreakpoints(context, args) };
  },

  async setFunctionBreakpoints({ debuggee, breakpoints: known }, args) {
    return { breakpoints: await setFunctionBreakpoints(debuggee, known, args) };
  },

  async setInstructionBreakpoints({ debuggee, breakpoints: known }, args) {
    return { breakpoints: await setInstructionBreakpoints(debuggee, known, args) };
  },

  async setExceptionBreakpoints(context, { filters = [], filterOptions = [] }) {
    const wanted = [...filters.map((filterId) => ({ filterId })), ...filterOptions];
    const breakpoints = context.catchpoints.set(
      wanted,
      (text) =>
        context.debuggee?.armed.compileEventCondition(text) ?? 'Conditions need a machine: launch one first.',
    );
    await context.sendCatchpoints();
    return { breakpoints };
  },

  async dataBreakpointInfo(context, args) {
    const { name, variablesReference = 0, asAddress = false, bytes } = args;
    const { coroutines } = context.machine();
    const port = portReference(name, bytes);
    if (port) return port;
    if (asAddress) {
      const { address, coroutine, space } = placeOf(name, 0, coroutines.current);
      const own = coroutines.referenceOf(coroutine, address, true);
      const reference = space.kind === 'physical' ? `physical:${hex(address)}` : own;
      return dataBreakpointInfo(name, { reference, size: bytes ?? 1 });
    }
    const frame = await context.evaluationFrame(args.frameId);
    const place = await context.looking().placeOf(name, variablesReference, frame);
    const sized = typeof place === 'string' || bytes === undefined ? place : { ...place, size: bytes };
    return dataBreakpointInfo(name, sized);
  },

  async setDataBreakpoints(context, args) {
    const breakpoints = await setDataBreakpoints(context.debuggee, context.dataBreakpoints, args);
    await context.sendCatchpoints();
    return { breakpoints };
  },
} satisfies Handlers;
