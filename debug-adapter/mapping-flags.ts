/** What a mapping allows, in words. */
import { MappingFlag } from '../core/protocol/debug-protocol.ts';

/** `rw- user large` */
export function flagsText(flags: number): string {
  const has = (flag: number) => (flags & flag) !== 0;
  return [
    `r${has(MappingFlag.Writable) ? 'w' : '-'}${has(MappingFlag.NoExecute) ? '-' : 'x'}`,
    has(MappingFlag.User) ? 'user' : 'supervisor',
    ...(has(MappingFlag.Large) ? ['large'] : []),
    ...(has(MappingFlag.Global) ? ['global'] : []),
    ...(has(MappingFlag.CacheDisable) ? ['uncached'] : []),
    ...(has(MappingFlag.WriteThrough) ? ['write-through'] : []),
    ...(has(MappingFlag.Device) ? ['device'] : []),
  ].join(' ');
}
