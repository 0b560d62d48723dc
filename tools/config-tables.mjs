// Texts of the table of configuration keys (core/coop/config/keys.ts) outside of the program: the tables of
// docs/configuration.md, and what can be translated.

const link = (see) =>
  see ? `. See [${see.startsWith('#') ? see.slice(1).replace('-', ' ') : see.split('#')[0]}](${see})` : '';
const row = (...cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;

function keyTable({ KEYS, ALIAS, NOT_SERVED }) {
  const rows = Object.entries(KEYS).flatMap(([name, { units, value, meaning, see }]) => {
    const shown = units === undefined ? `\`${name}\`` : `\`${name}0\` … \`${name}${units - 1}\``;
    const own = row(shown, value, meaning + link(see));
    return name === 'cobd' ? [own, row('`hda1`, `sdb`, …', ALIAS.value, ALIAS.meaning)] : [own];
  });
  const last = row('`scsiN`, `pciN`, `videoN`', '', NOT_SERVED.meaning);
  return row('key', 'value', 'meaning') + row('---', '---', '---') + rows.join('') + last;
}

function networkTable({ KEYS }) {
  const rows = KEYS.eth.choices.map(({ syntax, meaning, see }) => row(`\`${syntax}\``, meaning + link(see)));
  return row('value', 'the card is connected to') + row('---', '---') + rows.join('');
}

/** The text of docs/configuration.md with its tables as `keys` has them. */
export function withTables(text, keys) {
  const tables = { keys: keyTable(keys), networks: networkTable(keys) };
  return text.replace(
    /(<!-- table: (\w+) -->\n).*?(<!-- end of the table -->)/gs,
    (_whole, begin, name, end) => `${begin}\n${tables[name]}\n${end}`,
  );
}

/** What hovers and completions show of `keys`. */
export function keyTexts({ KEYS, ALIAS, NOT_SERVED, BLOCK_SUFFIXES }) {
  const choices = [...BLOCK_SUFFIXES, ...Object.values(KEYS).flatMap((key) => key.choices ?? [])];
  const all = [...Object.values(KEYS), ALIAS, NOT_SERVED, ...choices];
  return all.flatMap(({ value, meaning }) => (/[A-Za-z]/.test(value ?? '') ? [value, meaning] : [meaning]));
}
