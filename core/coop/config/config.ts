/**
 * The configuration of a guest: `key=value` words from files and command lines, as colinux-daemon reads them (coLinux 0.7.9,
 * its manual). What is no key of ours belongs to the guest's kernel. The only parser of this language: the command line, the
 * debugger and the editor all use it. It reads no files itself and gives a configuration whatever is wrong, with all problems.
 */
import { type ConfigKey, KEYS, keyKind, keyMeant, type UnitKey } from './keys.ts';
import type { NetworkUnit } from './network.ts';
import type { ConfigCode, ConfigProblem } from './problems.ts';
import { type Span, type Word, wordsOf } from './text.ts';
import {
  type BlockImage,
  type ConsoleColors,
  type ConsoleSize,
  CONSOLE_DEFAULT,
  type HostProgram,
  parseBlockImage,
  type SerialLine,
} from './values.ts';
import { say, type Sentence } from '../../sentences/say.ts';

/** A value and where it was given; paths in it are relative to the folder of `at.file`. */
export interface Given<T> {
  readonly value: T;
  readonly at: Span;
}

export interface Unit<T> extends Given<T> {
  readonly unit: number;
}

export interface BlockUnit extends Unit<BlockImage> {
  /** Names under which the guest registers the unit too, `hda1`. */
  readonly aliases: readonly string[];
}

export interface GuestConfig {
  readonly kernel: Given<string> | undefined;
  readonly initrd: Given<string> | undefined;
  readonly memoryMiB: Given<number> | undefined;
  readonly blocks: readonly BlockUnit[];
  /** Undefined: each request as the guest asks for it. */
  readonly blockMode: 'sync' | 'async' | undefined;
  readonly cofs: readonly Unit<string>[];
  readonly network: readonly Unit<NetworkUnit>[];
  readonly serial: readonly Unit<SerialLine>[];
  readonly programs: readonly Unit<HostProgram>[];
  readonly console: ConsoleSize;
  /** Percent. */
  readonly cursor: number;
  readonly colors: ConsoleColors;
  /** Everything that is no key, with blanks between. */
  readonly commandLine: string;
}

export interface ConfigResult {
  readonly config: GuestConfig;
  /** In the order of the text. */
  readonly problems: readonly ConfigProblem[];
}

/** A text to parse. */
export interface ConfigSource {
  readonly file: string;
  readonly text: string;
}

/**
 * Reads what `@path` names.
 * @param from the file that includes it
 * @returns undefined when it cannot be read
 */
export type Include = (path: string, from: string) => Promise<ConfigSource | undefined>;

const INCLUDE_DEPTH_MAX = 16;
/** The guest's command line with its final NUL (`struct co_boot_params`). */
const COMMAND_LINE_MAX = 255;
const DEFAULT_CURSOR = 16;
const DEFAULT_COLORS: ConsoleColors = { foreground: 7, background: 0 };

class Collector {
  readonly problems: ConfigProblem[] = [];
  readonly single = new Map<string, Given<unknown>>();
  readonly units = new Map<string, Unit<unknown>>();
  readonly aliases: { name: string; target: string; at: Span }[] = [];
  readonly rest: string[] = [];
  restAt: Span | undefined;

  report(
    code: ConfigCode,
    at: Span,
    sentence: Sentence,
    severity: ConfigProblem['severity'] = 'error',
  ): void {
    this.problems.push({ code, severity, sentence, at });
  }

  /** The value, or undefined with a problem reported. */
  private parsed(name: string, { parse }: ConfigKey, text: string, at: Span): unknown {
    const result = parse(text);
    if ('value' in result) return result.value;
    this.report('config-value', at, say`${name}= expects ${result.problem}, but found "${text}".`);
    return undefined;
  }

  setSingle(name: string, key: ConfigKey, text: string, at: Span): void {
    const before = this.single.get(name);
    if (before) {
      this.reportTwice(name, at, before.at);
      return;
    }
    const value = this.parsed(name, key, text, at);
    if (value !== undefined) this.single.set(name, { value, at });
  }

  setUnit(name: UnitKey, unit: number, text: string, at: Span): void {
    const key = KEYS[name];
    if (unit >= key.units) {
      this.report(
        'config-unit-range',
        at,
        say`${name} has units 0 to ${key.units - 1}, but found ${name}${unit}: use a free one of these.`,
      );
      return;
    }
    const before = this.units.get(name + String(unit));
    if (before) {
      this.reportTwice(name + String(unit), at, before.at);
      return;
    }
    const value = this.parsed(name + String(unit), key, text, at);
    if (value !== undefined) this.units.set(name + String(unit), { unit, value, at });
  }

  reportTwice(name: string, at: Span, before: Span): void {
    const where = `${before.file}:${before.line + 1}`;
    this.report('config-twice', at, say`${name} is defined already (${where}): keep one of the two.`);
  }

  given<T>(key: string): Given<T> | undefined {
    return this.single.get(key) as Given<T> | undefined;
  }
  unitsOf<T>(key: UnitKey): Unit<T>[] {
    return [...this.units]
      .filter(([name]) => name.startsWith(key))
      .map(([, unit]) => unit as Unit<T>)
      .sort((a, b) => a.unit - b.unit);
  }
}

function takeWord(into: Collector, { raw, text, at }: Word): void {
  const equals = text.indexOf('=');
  const name = equals < 0 ? '' : text.slice(0, equals);
  const value = text.slice(equals + 1);
  const kind = keyKind(name);
  if (kind.kind === 'not-served') {
    into.report(
      'config-not-served',
      at,
      say`${name}= is a device of coLinux that this host does not serve: it is left out.`,
      'warning',
    );
    return;
  }
  if (kind.kind === 'other') {
    takeForKernel(into, raw, name, at);
    return;
  }
  if (value === '') {
    into.report(
      'config-value-missing',
      at,
      say`${name}= has no value: write one behind the equals sign, or take the word out.`,
    );
    return;
  }
  if (kind.kind === 'alias') {
    const before = into.aliases.find((other) => other.name === name);
    if (before) into.reportTwice(name, at, before.at);
    else into.aliases.push({ name, target: value, at });
  } else if (kind.kind === 'single') into.setSingle(name, kind.key, value, at);
  else into.setUnit(kind.name, kind.unit, value, at);
}

/** A word for the guest's kernel, which may be a mistyped one of ours. */
function takeForKernel(into: Collector, raw: string, name: string, at: Span): void {
  into.rest.push(raw);
  into.restAt ??= at;
  const meant = keyMeant(name);
  if (meant === undefined) return;
  into.report(
    'config-key-unknown',
    at,
    say`${name}= is no key, so the guest's kernel gets the word: did you mean ${meant}=?`,
    'warning',
  );
}

/** Aliases of units that exist, and those that bring their own image, which get the lowest free units. */
function blockUnits(into: Collector): BlockUnit[] {
  const units = into.unitsOf<BlockImage>('cobd').map((unit) => ({ ...unit, aliases: [] as string[] }));
  const free = () => {
    for (let unit = 0; unit < KEYS.cobd.units; unit++)
      if (!units.some((other) => other.unit === unit)) return unit;
    return -1;
  };
  for (const { name, target, at } of into.aliases.filter((alias) => alias.target.startsWith(':'))) {
    const unit = units.find((other) => `:cobd${other.unit}` === target);
    if (unit) unit.aliases.push(name);
    else
      into.report(
        'config-alias-unknown',
        at,
        say`${name}= expects a unit that is defined, as :cobd0, but found "${target}".`,
      );
  }
  for (const { name, target, at } of into.aliases.filter((alias) => !alias.target.startsWith(':'))) {
    const image = parseBlockImage(target);
    const unit = free();
    if (unit < 0)
      into.report(
        'config-unit-range',
        at,
        say`There are ${KEYS.cobd.units} block units, and ${name}= finds none free.`,
      );
    else if ('value' in image) units.push({ unit, value: image.value, at, aliases: [name] });
    else into.report('config-value', at, say`${name}= expects ${image.problem}, but found "${target}".`);
  }
  warnOfSharedImages(into, units);
  return units.sort((a, b) => a.unit - b.unit);
}

/** Two units of one image, and one of them writes to it: what the other has read is wrong then. */
function warnOfSharedImages(into: Collector, units: readonly BlockUnit[]): void {
  units.forEach(({ value, at }, n) => {
    const other = units.slice(0, n).find((before) => before.value.path === value.path);
    if (!other || (value.access !== 'read-write' && other.value.access !== 'read-write')) return;
    into.report(
      'config-image-shared',
      at,
      say`cobd${other.unit} has ${value.path} too, and one of them writes to it: use a copy, or add ,ro to both.`,
      'warning',
    );
  });
}

export async function parseConfig(source: ConfigSource, include: Include): Promise<ConfigResult> {
  const into = new Collector();
  const open: string[] = [];

  async function take({ file, text }: ConfigSource): Promise<void> {
    open.push(file);
    for (const word of wordsOf(file, text)) {
      if (word.unterminated)
        into.report(
          'config-quote',
          word.at,
          say`A double quote is opened and not closed on its line: close it.`,
        );
      if (word.text.startsWith('@')) await takeInclude(word, file);
      else takeWord(into, word);
    }
    open.pop();
  }
  async function takeInclude({ text, at }: Word, from: string): Promise<void> {
    const name = text.slice(1);
    if (open.length >= INCLUDE_DEPTH_MAX) {
      into.report(
        'config-include-deep',
        at,
        say`Files include each other ${INCLUDE_DEPTH_MAX} deep: put them together.`,
      );
      return;
    }
    const included = name === '' ? undefined : await include(name, from);
    if (!included)
      into.report(
        'config-include-missing',
        at,
        say`The file "${name}" cannot be read: check the path behind @.`,
      );
    else if (open.includes(included.file))
      into.report(
        'config-include-cycle',
        at,
        say`${included.file} includes itself: take one of the @ words out.`,
      );
    else await take(included);
  }

  await take(source);
  const commandLine = into.rest.join(' ');
  if (commandLine.length > COMMAND_LINE_MAX && into.restAt)
    into.report(
      'config-too-long',
      into.restAt,
      say`The kernel's command line has ${commandLine.length} characters, but ${COMMAND_LINE_MAX} fit: shorten it.`,
    );
  const config: GuestConfig = {
    kernel: into.given('kernel'),
    initrd: into.given('initrd'),
    memoryMiB: into.given('mem'),
    blocks: blockUnits(into),
    blockMode: into.given<'sync' | 'async'>('setcobd')?.value,
    cofs: into.unitsOf('cofs'),
    network: into.unitsOf('eth'),
    serial: into.unitsOf('ttys'),
    programs: into.unitsOf('exec'),
    console: into.given<ConsoleSize>('cocon')?.value ?? CONSOLE_DEFAULT,
    cursor: into.given<number>('cursor')?.value ?? DEFAULT_CURSOR,
    colors: into.given<ConsoleColors>('color')?.value ?? DEFAULT_COLORS,
    commandLine,
  };
  return { config, problems: into.problems };
}
