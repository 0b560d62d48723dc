// What every test may rely on: generated sources are there.
export { buildSoftfloat as setup } from './build-softfloat.mjs';
