/** `walk`: the translation of an address, level by level, and why an access would fault. */
import type { AccessKind, PageWalk } from '../../core/protocol/debug-protocol.ts';
import { faultReason, levelText } from '../page-words.ts';
import { hex } from '../registers.ts';
import { type Command, type ConsoleContext, misused } from './command.ts';
import { addressOf, words } from './operands.ts';
import { joined, say, type Sentence } from '../../core/sentences/say.ts';

const KINDS: Readonly<Record<string, AccessKind['kind']>> = { r: 'read', w: 'write', x: 'execute' };

export const walk: Command = {
  name: 'walk',
  usage: 'walk ADDR [r|w|x] [user]',
  help: say`how an address is translated, level by level, and why an access would fault`,
  operand: 'expression',
  async run(context, operands) {
    const given = words(operands);
    const user = given.at(-1) === 'user';
    if (user) given.pop();
    const kind = KINDS[given.at(-1) ?? ''];
    if (kind !== undefined && given.length > 1) given.pop();
    if (given.length === 0) throw misused(walk, say`an address is missing`);
    const { address, space } = await addressOf(context, given.join(' '));
    const access: AccessKind = { kind: given.length > 0 && kind ? kind : 'read', user };
    const found = await context.machine.request('pageWalk', { space, address, access });
    return walkText(found, access, context);
  },
};

/** A walk, line by line, and whether `access` would fault. */
export function walkText(
  found: PageWalk,
  { kind, user }: AccessKind,
  { style, tell }: Pick<ConsoleContext, 'style' | 'tell'>,
): string {
  const { linear, cr3, paging, levels, physical, pageSize } = found;
  if (paging === 'off') return tell(say`${hex(linear)} is physical: paging is off.`);
  const mode = paging === '32-bit' ? say`32-bit` : paging;
  const lines = [tell(say`${hex(linear)} by cr3 ${hex(cr3)}, ${mode} paging`)];
  for (const level of levels) lines.push(`  ${tell(levelText(level))}`);
  if (physical !== undefined && pageSize !== undefined) {
    const rights = [
      found.writable ? say`writable` : say`read-only`,
      found.user ? say`user` : say`supervisor`,
      ...(found.executable ? [] : [say`no-execute`]),
    ];
    const page = say`${sizeText(pageSize)} page`;
    lines.push(`→ ${style.strong(`physical:${hex(physical)}`)}, ${tell(joined([page, ...rights], ', '))}`);
  }
  const ring = user ? 3 : 0;
  const access = {
    read: say`A read by ring ${ring}`,
    write: say`A write by ring ${ring}`,
    execute: say`An execution by ring ${ring}`,
  }[kind];
  const reason = faultReason(found);
  lines.push(
    reason === undefined
      ? style.dim(tell(say`${access} is allowed.`))
      : style.bad(tell(say`${access} faults: ${reason}.`)),
  );
  return lines.join('\n');
}

/** `4 KiB` */
export const sizeText = (bytes: number): Sentence =>
  bytes % 2 ** 20 === 0
    ? say`${bytes / 2 ** 20} MiB`
    : bytes % 1024 === 0
      ? say`${bytes / 1024} KiB`
      : say`${bytes} bytes`;
