/** Values as one line of text, outside of the views of a stop: in log messages and samples of a running machine. */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { Translate } from '../../core/sentences/say.ts';
import type { Coroutines } from '../coroutines.ts';
import { symbolText } from '../symbol-text.ts';
import type { Style } from '../values/format-specifier.ts';
import { formatValue, LIMITS } from '../values/format.ts';
import type { TypedValue, ValueContext } from '../values/value.ts';

export function formatPlainly(
  value: TypedValue,
  { registers, wide, readMemory }: ValueContext,
  style: Style | undefined,
  coroutines: Coroutines,
  coroutine: CoroutineId,
  translate: Translate,
): string {
  return formatValue(value, {
    registers,
    wide,
    readMemory,
    symbolAt: (address) => symbolText(coroutines, coroutine, address),
    lineAt: () => undefined,
    style,
    limits: LIMITS.line,
    translate,
  });
}
