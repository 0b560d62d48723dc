/** That a region leaves at its head in a rehearsal, for all kinds of regions: see the random programs of `tiers.test.ts`, way `late`. */
import { describe, expect, it } from 'vitest';
import { LEAST_MEMORY } from '../memory/layout.ts';
import type { Linked } from './link.ts';
import { createRehearsal } from './rehearsal.ts';
import { RUN, words } from './signatures.ts';
import { Code } from './wasm/code.ts';
import { ModuleWriter, type Signature } from './wasm/module.ts';
import { Op, Type } from './wasm/opcodes.ts';

const SERVICE: Signature = { parameters: [Type.i32, Type.i64, Type.f64], results: words(1) };

/** A function for each place: it gives what was left, and calls the service before if more is left than it may be, or in any case. */
function translated(...calls: readonly ('always' | 'when it may run')[]) {
  const writer = new ModuleWriter(LEAST_MEMORY);
  const service = writer.importFunction('service', SERVICE);
  const places = calls.map((when, place) => {
    const code = new Code(1);
    if (when === 'always') code.const(1);
    else code.get(0);
    code.if();
    code.const(0);
    code.const64(0, 0);
    code.float(0, true);
    code.call(service);
    code.op(Op.drop);
    code.end();
    code.get(0);
    writer.exportFunction(String(place), writer.addFunction(RUN, code));
    return { place };
  });
  const bytes = writer.finish();
  const linked: Linked = {
    module: new WebAssembly.Module(bytes),
    bytes: bytes.length,
    imports: new Map([['service', SERVICE]]),
  };
  return { places, linked };
}

describe('a rehearsal', () => {
  const { run } = createRehearsal();

  it('calls functions with nothing left to run', () => {
    const { places, linked } = translated('when it may run', 'when it may run');
    run(places, linked);
  });

  it('calls each of them, and tells of one that does more than to leave', () => {
    const { places, linked } = translated('when it may run', 'always');
    expect(() => {
      run(places, linked);
    }).toThrow(WebAssembly.RuntimeError);
    run(places.slice(0, 1), linked);
  });
});
