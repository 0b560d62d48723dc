/** What the interpreter and compiled code call. */
export * from './x87-stack';
export * from './x87-load';
export * from './x87-store';
export * from './x87-binary';
export * from './x87-compare';
export * from './x87-unary';
export * from './x87-values';
export * from './remainder';
export * from './logarithms';
export * from './angles';
export * from './sse';
export * from './simd';
export * from './state-image';
