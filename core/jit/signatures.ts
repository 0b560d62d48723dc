/** The signatures of the functions that translations are and call. */
import { SERVICE_PARAMETERS, type Services } from './services.ts';
import { Type, type ValueType } from './wasm/opcodes.ts';

export const words = (count: number) => new Array<ValueType>(count).fill(Type.i32);

/** A translation: from the instructions that may run to those that are left. */
export const RUN = { parameters: words(1), results: words(1) };
/** `emitChain`'s. */
export const CHAIN = { parameters: words(2), results: words(1) };

/** What translations call in JavaScript. */
export interface Passed extends Services {
  readonly interpret: (site: number) => number;
  /** What comes of where the region has gone that was left last: for chains. */
  readonly learn: () => number;
}
export const PASSED: Readonly<Record<keyof Passed, number>> = {
  ...SERVICE_PARAMETERS,
  interpret: 1,
  learn: 0,
};
export const passed = (parameters: number) => ({ parameters: words(parameters), results: words(1) });
