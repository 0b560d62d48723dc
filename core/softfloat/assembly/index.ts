/** What the interpreter and compiled code call. */
export * from './x87';
export * from './remainder';
export * from './logarithms';
export * from './angles';
export * from './sse';
export * from './simd';
