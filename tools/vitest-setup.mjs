// What every test may rely on: generated sources are there.
export { buildAssembly as setup } from './build-assembly.mjs';
