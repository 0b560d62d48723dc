/** What the interpreter and compiled code call. */
export * from './x87';
export * from './remainder';
export * from './transcendental';
export * from './sse';
export * from './simd';
