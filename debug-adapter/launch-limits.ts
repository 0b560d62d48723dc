/** What a launch may ask for, in a file without imports of weight: the extension needs it before anything is debugged. */
import { CPU_MODELS, type CpuModel } from '../core/protocol/machine-protocol.ts';

/** The processor models that a launch can ask for, and the one it gets. */
export const MODELS: readonly string[] = CPU_MODELS;
export const DEFAULT_CPU: CpuModel = 'max';

/** Limits of the machine's memory, in MiB. */
export const MIN_MEMORY = 16;
export const MAX_MEMORY = 1024;

/** RAM of a machine where nobody says it, in MiB. */
export const DEFAULT_MEMORY = 128;
