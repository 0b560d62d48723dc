/** `walk`: the translation of an address, level by level, and why an access would fault. */
import type { AccessKind, PageWalk } from '../../core/protocol/debug-protocol.ts';
import { faultReason, levelText } from '../page-words.ts';
import { hex } from '../registers.ts';
import { type Command, misused } from './command.ts';
import { addressOf, words } from './operands.ts';
import type { Style } from './style.ts';

const KINDS: Readonly<Record<string, AccessKind['kind']>> = { r: 'read', w: 'write', x: 'execute' };

export const walk: Command = {
  name: 'walk',
  usage: 'walk ADDR [r|w|x] [user]',
  help: 'how an address is translated, level by level, and why an access would fault',
  operand: 'expression',
  async run(context, operands) {
    const given = words(operands);
    const user = given.at(-1) === 'user';
    if (user) given.pop();
    const kind = KINDS[given.at(-1) ?? ''];
    if (kind !== undefined && given.length > 1) given.pop();
    if (given.length === 0) throw misused(walk, 'an address is missing');
    const { address, space } = await addressOf(context, given.join(' '));
    const access: AccessKind = { kind: given.length > 0 && kind ? kind : 'read', user };
    const found = await context.machine.request('pageWalk', { space, address, access });
    return walkText(found, access, context.style);
  },
};

/** A walk, line by line, and whether `access` would fault. */
export function walkText(found: PageWalk, { kind, user }: AccessKind, { strong, bad, dim }: Style): string {
  const { linear, cr3, paging, levels, physical, pageSize } = found;
  if (paging === 'off') return `${hex(linear)} is physical: paging is off.`;
  const lines = [`${hex(linear)} by cr3 ${hex(cr3)}, ${paging} paging`];
  for (const level of levels) lines.push(`  ${levelText(level)}`);
  if (physical !== undefined && pageSize !== undefined) {
    const rights = [
      found.writable ? 'writable' : 'read-only',
      found.user ? 'user' : 'supervisor',
      ...(found.executable ? [] : ['no-execute']),
    ];
    lines.push(`→ ${strong(`physical:${hex(physical)}`)}, ${sizeText(pageSize)} page, ${rights.join(', ')}`);
  }
  const who = `${kind} by ring ${user ? 3 : 0}`;
  const reason = faultReason(found);
  lines.push(reason === undefined ? dim(`A ${who} is allowed.`) : bad(`A ${who} faults: ${reason}.`));
  return lines.join('\n');
}

/** `4 KiB` */
export const sizeText = (bytes: number): string =>
  bytes % 2 ** 20 === 0
    ? `${bytes / 2 ** 20} MiB`
    : bytes % 1024 === 0
      ? `${bytes / 1024} KiB`
      : `${bytes} bytes`;
