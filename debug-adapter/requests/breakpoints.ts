/** Breakpoints on code and data. */
import { type BreakpointState, toldBreakpoint } from '../breakpoint-state.ts';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { PHYSICAL_MODE } from '../breakpoint-modes.ts';
import { dataBreakpointInfo, type DataPlace, portReference, symbolOf } from '../data-breakpoints.ts';
import { lifetimeOf } from '../frame-lifetime.ts';
import type { Debuggee } from '../debuggee.ts';
import { placeOf } from '../memory-reference.ts';
import { hex } from '../registers.ts';
import type { SessionContext } from '../session-context.ts';
import type { Handlers } from './handler.ts';
import {
  setDataBreakpoints,
  setFunctionBreakpoints,
  setInstructionBreakpoints,
  setSourceBreakpoints,
} from './set-breakpoints.ts';
import { isSentence, say, type Sentence } from '../../core/sentences/say.ts';

/** In the language of the client. */
const answer = ({ translate }: SessionContext, states: readonly BreakpointState[]) => ({
  breakpoints: states.map((state) => toldBreakpoint(state, translate)),
});

/** Breakpoints that are set while the machine is booted again are those of the next one: the one of before may end any moment. */
const withMachine = <T>(context: SessionContext, set: () => T): T | Promise<Awaited<T>> =>
  context.coming === undefined ? set() : (context.coming.then(set) as Promise<Awaited<T>>);

export const breakpoints = {
  async setBreakpoints(context, args) {
    return answer(context, await withMachine(context, () => setSourceBreakpoints(context, args)));
  },

  async setFunctionBreakpoints(context, args) {
    return answer(context, await withMachine(context, () => setFunctionBreakpoints(context, args)));
  },

  async setInstructionBreakpoints(context, args) {
    const set = () => setInstructionBreakpoints(context.debuggee, context.breakpoints, args);
    return answer(context, await withMachine(context, set));
  },

  async setExceptionBreakpoints(context, { filters = [], filterOptions = [] }) {
    const wanted = [...filters.map((filterId) => ({ filterId })), ...filterOptions];
    return withMachine(context, async () => {
      const states = context.setCatchpoints(wanted);
      await context.sendCatchpoints();
      return answer(context, states);
    });
  },

  async dataBreakpointInfo(context, args) {
    const { name, variablesReference = 0, asAddress = false, bytes } = args;
    const port = portReference(name, context.translate, bytes);
    if (port) return port;
    const place = asAddress
      ? placeOfAddress(context.machine(), name, bytes ?? 1)
      : await placeOfExpression(context, args, variablesReference);
    if (isSentence(place)) return dataBreakpointInfo(name, place, context.translate);
    // Who asks for an address means it.
    const symbol = asAddress ? undefined : symbolOf(context.machine(), place);
    const lifetime = asAddress || symbol ? undefined : await lifetimeOf(context.machine(), place.reference);
    const found =
      args.mode === PHYSICAL_MODE
        ? await asPhysical(context.machine(), place, asAddress)
        : { ...place, symbol, lifetime };
    const info = dataBreakpointInfo(name, found, context.translate);
    context.dataBreakpoints.given(info.dataId);
    return info;
  },

  async setDataBreakpoints(context, args) {
    return withMachine(context, async () => {
      const states = await setDataBreakpoints(context.debuggee, context.dataBreakpoints, args);
      await context.sendCatchpoints();
      return answer(context, states);
    });
  },
} satisfies Handlers;

/** The bytes at a memory reference. */
function placeOfAddress({ coroutines }: Debuggee, reference: string, size: number): DataPlace {
  const { address, coroutine, space } = placeOf(reference, 0, coroutines.current);
  const own = coroutines.referenceOf(coroutine, address, true);
  return { reference: space.kind === 'physical' ? `physical:${hex(address)}` : own, size };
}

/** The bytes of a variable or an expression, or why it has none. */
async function placeOfExpression(
  context: SessionContext,
  { name, frameId, bytes }: DebugProtocol.DataBreakpointInfoArguments,
  variablesReference: number,
): Promise<DataPlace | Sentence> {
  const frame = await context.evaluationFrame(frameId);
  const place = await context.looking().placeOf(name, variablesReference, frame);
  return isSentence(place) || bytes === undefined ? place : { ...place, size: bytes, bits: undefined };
}

/** Where a place is in RAM. A bare address that is meant to be physical is so already. */
async function asPhysical(
  { coroutines, request }: Debuggee,
  { reference, size, bits }: DataPlace,
  isAddress: boolean,
): Promise<DataPlace | Sentence> {
  const { address, space } = placeOf(reference, 0, coroutines.current);
  if (isAddress || space.kind === 'physical') return { reference: `physical:${hex(address)}`, size, bits };
  const { physical, pageSize } = await request('pageWalk', { space, address });
  if (physical === undefined) return say`${reference} is not mapped, so it is nowhere in RAM.`;
  const within = size <= (pageSize ?? Infinity) - (physical % (pageSize ?? Infinity));
  return within
    ? { reference: `physical:${hex(physical)}`, size, bits }
    : say`${reference} lies in several pages: watch it by its linear address.`;
}
