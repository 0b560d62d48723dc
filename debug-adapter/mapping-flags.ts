/** What a mapping allows, in words. */
import { MappingFlag } from '../core/protocol/debug-protocol.ts';
import { joined, type Said, say, type Sentence, tell, type Translate } from '../core/sentences/say.ts';

const USER = say`user`;
const SUPERVISOR = say`supervisor`;
const MORE: readonly (readonly [flag: number, word: Sentence])[] = [
  [MappingFlag.Large, say`large`],
  [MappingFlag.Global, say`global`],
  [MappingFlag.CacheDisable, say`uncached`],
  [MappingFlag.WriteThrough, say`write-through`],
  [MappingFlag.Device, say`device`],
];

/** `rw- user large` */
export function flagsTitle(flags: number): Sentence {
  const has = (flag: number) => (flags & flag) !== 0;
  const rights = `r${has(MappingFlag.Writable) ? 'w' : '-'}${has(MappingFlag.NoExecute) ? '-' : 'x'}`;
  const words: Said[] = [rights, has(MappingFlag.User) ? USER : SUPERVISOR];
  return joined([...words, ...MORE.filter(([flag]) => has(flag)).map(([, word]) => word)], ' ');
}

/** The same in English, as the protocol has it. */
export const flagsText = (flags: number): string => tell(flagsTitle(flags));

/** The flags of the protocol where there is little room: `rw- U large`, with the letters of the manual (SDM vol. 3A, 4.6: U/S). */
export const flagsShort = (text: string): string =>
  text.replace(/\buser\b/, 'U').replace(/\bsupervisor\b/, 'S');

/** The flags of the protocol, for a person. */
export const flagsTold = (text: string, translate: Translate): string =>
  text.split(' ').map(translate).join(' ');
