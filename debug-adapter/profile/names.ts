/** What the code of a profile is called: by the symbols of whoever ran it. */
import type { Coroutines } from '../coroutines.ts';
import { hex } from '../registers.ts';
import type { ProfileNames } from './cpuprofile.ts';

/** @param locate how a source file of the debug information is named */
export const profileNames = (coroutines: Coroutines, locate: (file: string) => string): ProfileNames => ({
  coroutine: (id) => coroutines.name(id),
  place(coroutine, address, cr3) {
    const resolved = coroutines.resolve(coroutine, address, cr3 === 0 ? undefined : cr3);
    const fn = resolved?.image.functionAt((address - resolved.bias) >>> 0);
    if (!resolved || !fn) return { name: hex(address), file: undefined, line: 0 };
    const at = fn.declaration ?? resolved.image.lineAt(fn.lowPc);
    return { name: fn.name, file: at && locate(at.file), line: at?.line ?? 0 };
  },
});
