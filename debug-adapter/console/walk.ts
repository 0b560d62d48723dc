/** `walk`: the translation of an address, level by level, and why an access would fault. */
import type { AccessKind, PageWalk } from '../../core/protocol/debug-protocol.ts';
import { hex } from '../registers.ts';
import { type Command, misused } from './command.ts';
import { addressOf, words } from './operands.ts';
import type { Style } from './style.ts';

/** Bits of an entry that say something at any level (SDM vol. 3A, tables 4-4 to 4-6). */
const BITS = [
  [0, 'present'],
  [1, 'writable'],
  [2, 'user'],
  [3, 'write-through'],
  [4, 'uncached'],
  [5, 'accessed'],
  [6, 'dirty'],
  [7, 'large'],
  [8, 'global'],
] as const;

const REASONS: Readonly<Record<string, string>> = {
  'not-present': 'is not present',
  'reserved-bit': 'has a reserved bit set',
  'read-only': 'is read-only',
  'supervisor-only': 'is for the supervisor only',
  'no-execute': 'must not be executed',
  'no-memory': 'leads out of memory',
};
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
    return describe(found, access, context.style);
  },
};

function describe(found: PageWalk, { kind, user }: AccessKind, { strong, bad, dim }: Style): string {
  const { linear, cr3, paging, levels, physical, pageSize, fault } = found;
  if (paging === 'off') return `${hex(linear)} is physical: paging is off.`;
  const lines = [`${hex(linear)} by cr3 ${hex(cr3)}, ${paging} paging`];
  for (const { name, index, address, low, high } of levels) {
    const wide = paging === 'pae' ? hex(high) + (low >>> 0).toString(16).padStart(8, '0') : hex(low);
    const bits = BITS.filter(([bit]) => ((low >>> bit) & 1) !== 0).map(([, text]) => text);
    const known = (low & 1) === 0 ? [bad('not present')] : high >>> 31 ? [...bits, 'no-execute'] : bits;
    lines.push(
      `  ${name.padEnd(5)} ${String(index).padStart(4)} at ${hex(address)}: ${strong(wide)} ${known.join(' ')}`,
    );
  }
  if (physical !== undefined && pageSize !== undefined) {
    const rights = [
      found.writable ? 'writable' : 'read-only',
      found.user ? 'user' : 'supervisor',
      ...(found.executable ? [] : ['no-execute']),
    ];
    lines.push(`→ ${strong(`physical:${hex(physical)}`)}, ${sizeText(pageSize)} page, ${rights.join(', ')}`);
  }
  const who = `${kind} by ring ${user ? 3 : 0}`;
  if (!fault) lines.push(dim(`A ${who} is allowed.`));
  else {
    const level = levels[fault.level];
    const where = level ? `its ${level.name} ` : 'it ';
    lines.push(bad(`A ${who} faults: ${where}${REASONS[fault.reason] ?? fault.reason}.`));
  }
  return lines.join('\n');
}

/** `4 KiB` */
export const sizeText = (bytes: number): string =>
  bytes % 2 ** 20 === 0
    ? `${bytes / 2 ** 20} MiB`
    : bytes % 1024 === 0
      ? `${bytes / 1024} KiB`
      : `${bytes} bytes`;
