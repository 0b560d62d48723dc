/** What a word means, as Markdown. */
import { ALIAS, BLOCK_SUFFIXES, type ConfigKey, NOT_SERVED } from '../core/coop/config/keys.ts';
import type { NetworkUnit } from '../core/coop/config/network.ts';
import { COLORS, type ConsoleColors, type ConsoleSize, parseBlockImage } from '../core/coop/config/values.ts';
import { type ConfigDocument, type ConfigWord, wordAt } from './document.ts';
import type { Position, Range } from './text.ts';
import type { Translate } from './translate.ts';

export interface Hover {
  readonly markdown: string;
  readonly range: Range;
}

/** Most redirections that a hover lists. */
const MAX_REDIRECTIONS = 8;

const SUFFIXES = { 'read-only': ',ro', 'copy-on-write': ',cow', 'read-write': ',rw' } as const;

const sentence = (text: string) => (text === '' ? '' : `${text[0]!.toUpperCase()}${text.slice(1)}.`);

/** The text that explains a key. */
export function keyText(
  name: string,
  { value, meaning }: Pick<ConfigKey, 'value' | 'meaning'>,
  t: Translate,
) {
  return `**${name}** = ${t(value)}\n\n${sentence(t(meaning))}`;
}

/** What the value of a word is to the machine; empty when it says it itself, or is wrong. */
function valueText({ key, kind, value }: ConfigWord, t: Translate): string {
  if (kind.kind === 'alias')
    return value.startsWith(':') ? t('Another name of {0}.', value.slice(1)) : imageText(value, t);
  const parsed = key?.parse(value);
  if (!parsed || !('value' in parsed)) return '';
  switch ('name' in kind ? kind.name : undefined) {
    case 'mem':
      return t('{0} MiB for this guest.', String(parsed.value));
    case 'cobd':
      return imageText(value, t);
    case 'eth':
      return networkText(key?.choices ?? [], parsed.value as NetworkUnit, t);
    case 'cocon': {
      const { columns, rows, scrollback } = parsed.value as ConsoleSize;
      return t('{0} columns, {1} rows, {2} rows of scrollback.', columns, rows, scrollback);
    }
    case 'color': {
      const { foreground, background } = parsed.value as ConsoleColors;
      return t('{0} on {1}.', COLORS[foreground] ?? '', COLORS[background] ?? '');
    }
    default: {
      const choice = key?.choices?.find(({ text }) => text === value);
      return choice ? sentence(t(choice.meaning)) : '';
    }
  }
}

function imageText(value: string, t: Translate): string {
  const image = parseBlockImage(value);
  if (!('value' in image)) return '';
  const suffix = BLOCK_SUFFIXES.find(({ text }) => text === SUFFIXES[image.value.access]);
  return `\`${image.value.path}\`: ${t(suffix?.meaning ?? '')}.`;
}

function networkText(choices: NonNullable<ConfigKey['choices']>, unit: NetworkUnit, t: Translate): string {
  const { kind, mac, redirections } = unit;
  const choice = choices.find(({ text }) => text.startsWith(kind));
  const lines = [`\`${choice?.syntax ?? kind}\`: ${sentence(t(choice?.meaning ?? ''))}`];
  if (mac !== undefined) lines.push(t('Its address is {0}.', mac));
  for (const { protocol, hostPort, guestPort } of redirections.slice(0, MAX_REDIRECTIONS))
    lines.push(
      `- ${t('{0} port {1} of this computer leads to port {2} of the guest', protocol.toUpperCase(), hostPort, guestPort)}`,
    );
  if (redirections.length > MAX_REDIRECTIONS)
    lines.push(`- ${t('{0} more', redirections.length - MAX_REDIRECTIONS)}`);
  return lines.join('\n');
}

export function hover(document: ConfigDocument, position: Position, t: Translate): Hover | undefined {
  const word = wordAt(document, position);
  if (!word) return undefined;
  const parts = [explanation(document, word, t), valueText(word, t)];
  return { markdown: parts.filter((part) => part !== '').join('\n\n'), range: word.range };
}

function explanation({ config }: ConfigDocument, word: ConfigWord, t: Translate): string {
  const { kind, name, value, key } = word;
  if (key) return keyText(name, key, t);
  switch (kind.kind) {
    case 'alias':
      return keyText(name, ALIAS, t);
    case 'include':
      return t('The words of {0} stand here, as if they were written in this file.', `\`${value}\``);
    case 'not-served':
      return `**${name}**: ${sentence(t(NOT_SERVED.meaning))}`;
    default:
      return `${t('No key of the configuration: the kernel of the guest gets this word. Its whole command line:')}\n\n\`${config.commandLine}\``;
  }
}
