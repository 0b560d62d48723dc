/**
 * Memory references: an address, with the address space before it when that is not the one the CPU uses: `host:`, `guest0:`,
 * `physical:`, or with the CR3 of one of its spaces `guest0@1a3000:` (docs/protocol.md).
 */
import { type CoroutineId, HOST, type Space } from '../core/protocol/machine-protocol.ts';
import { AdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';

export interface Place {
  readonly address: number;
  readonly space: Space;
  readonly coroutine: CoroutineId;
}

/** @throws AdapterError for what is no memory reference. */
export function placeOf(reference: unknown, offset: number | undefined, current: CoroutineId): Place {
  const by = offset ?? 0;
  const [, owner, monitor, cr3, digits] =
    /^\s*(?:(host|guest(\d{1,2})|physical(?!@))(?:@([0-9a-f]{1,8}))?:)?(0x[0-9a-f]+|\d+)\s*$/i.exec(
      String(reference),
    ) ?? [];
  if (digits === undefined || !Number.isInteger(by)) {
    throw new AdapterError(
      'bad-address',
      say`"${String(reference)}" is not an address: write it as 0x followed by hexadecimal digits.`,
    );
  }
  // What is added may lead around the ends of the address space, as views do that begin before 0.
  if (Number(digits) > 0xffff_ffff)
    throw new AdapterError('bad-address', say`"${String(reference)}" has more than 32 bits.`);
  const address = (Number(digits) + by) >>> 0;
  if (owner === undefined) return { address, space: { kind: 'current' }, coroutine: current };
  if (owner === 'physical') return { address, space: { kind: 'physical' }, coroutine: current };
  const coroutine = monitor === undefined ? HOST : Number(monitor) + 1;
  const space = {
    kind: 'coroutine',
    coroutine,
    ...(cr3 !== undefined && { cr3: parseInt(cr3, 16) }),
  } as const;
  return { address, space, coroutine };
}
