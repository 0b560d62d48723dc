/**
 * Devices in words: their states as trees of names and values, with what the bits of well-known registers mean. A device that
 * nobody has words for is shown as it is.
 */
import type { DeviceState, PlainValue } from '../../core/protocol/debug-protocol.ts';
import { hex } from '../registers.ts';
import { joined, type Said, say, type Sentence, verbatim } from '../../core/sentences/say.ts';

export interface DeviceNode {
  name: string;
  value?: string;
  /** Something is wrong with it. */
  problem?: string;
  children?: DeviceNode[];
}

type Fields = Readonly<Record<string, PlainValue>>;
/** What a value of a device means; `undefined` for what needs no words. */
type Words = (value: number, fields: Fields) => Said | undefined;

/** Names of bits by number: abbreviations of the manuals are the same in every language, words are not. */
type BitWords = readonly (readonly [bit: number, word: Said])[];

const PIC_MASTER = [
  ...[say`timer`, say`keyboard`, say`cascade`, 'COM2', 'COM1'],
  ...['IRQ5', say`floppy`, 'IRQ7'],
];
const PIC_SLAVE = ['RTC', 'IRQ9', 'IRQ10', 'IRQ11', say`mouse`, 'FPU', 'IDE', 'IRQ15'];
const numbered = (names: readonly Said[]): BitWords => names.map((name, bit) => [bit, name]);
function bitWords(names: BitWords): Words {
  const between = names.every(([, word]) => typeof word === 'string') ? ' ' : ', ';
  return (value) => {
    const set = names.filter(([bit]) => ((value >>> bit) & 1) !== 0).map(([, word]) => word);
    return set.length > 0 ? joined(set, between) : undefined;
  };
}
const picWords = (names: BitWords): Readonly<Record<string, Words>> => ({
  irr: bitWords(names),
  isr: bitWords(names),
  imr: bitWords(names),
  lines: bitWords(names),
  vectorBase: (value) => say`vectors ${hex(value, 2)} to ${hex(value + 7, 2)}`,
});

const PIT_HZ = 1_193_182;
const PIT_MODES = [
  say`interrupt on terminal count`,
  say`one-shot`,
  say`rate generator`,
  say`square wave`,
  say`software strobe`,
  say`hardware strobe`,
];
const UART_CLOCK = 115_200;
const PARITY = ['N', 'O', 'N', 'E', 'N', 'M', 'N', 'S'];
const VIRTIO_STATUS: BitWords = [
  [0, 'ACKNOWLEDGE'],
  [1, 'DRIVER'],
  [2, 'DRIVER_OK'],
  [3, 'FEATURES_OK'],
  [6, 'DEVICE_NEEDS_RESET'],
  [7, 'FAILED'],
];

const UART: Readonly<Record<string, Words>> = {
  ier: bitWords(numbered([say`received`, say`transmitter empty`, say`line status`, say`modem status`])),
  lsr: bitWords(
    numbered([
      ...[say`data ready`, say`overrun`, say`parity`, say`framing`, say`break`],
      ...[say`holding empty`, say`transmitter empty`],
    ]),
  ),
  mcr: bitWords(numbered(['DTR', 'RTS', 'OUT1', 'OUT2', say`loopback`])),
  lcr: (value) => `${5 + (value & 3)}${PARITY[(value >>> 3) & 7] ?? '?'}${(value & 4) === 0 ? 1 : 2}`,
  divisor: (value) => (value > 0 ? say`${UART_CLOCK / value} baud` : undefined),
};
const PIT: Readonly<Record<string, Words>> = {
  mode: (value) => PIT_MODES[value],
  count: (value, { loaded }) =>
    loaded === true && value > 0 ? `${(PIT_HZ / value).toPrecision(4)} Hz` : undefined,
};
const VIRTIO: Readonly<Record<string, Words>> = { status: bitWords(VIRTIO_STATUS) };

/** Words by the path of a field: `pic.master.irr`. The first that fits counts. */
const WORDS: readonly (readonly [path: RegExp, words: Readonly<Record<string, Words>>])[] = [
  [/^pic\.master$/, picWords(numbered(PIC_MASTER))],
  [/^pic\.slave$/, picWords(numbered(PIC_SLAVE))],
  [/^pit\.channels\.\d$/, PIT],
  [/^com\d$/, UART],
  [/\.device$/, VIRTIO],
];

/** Fields that are addresses or registers: written in hexadecimal. */
const HEXADECIMAL =
  /^(irr|isr|imr|lines|elcr|vectorBase|ier|fcr|lcr|mcr|lsr|msr|status|descriptors|available|used|driverFeatures)$/;

type Tell = (sentence: Sentence) => string;

/** @param told in the language of the user */
export const deviceNodes = (devices: readonly DeviceState[], told: Tell): DeviceNode[] =>
  devices.filter(({ state }) => state !== null).map(({ name, state }) => nodeOf(name, state, name, {}, told));

function nodeOf(name: string, value: PlainValue, path: string, siblings: Fields, told: Tell): DeviceNode {
  if (typeof value === 'number') return { name, value: told(numberText(name, value, path, siblings)) };
  if (typeof value !== 'object' || value === null)
    return { name, value: value === null ? '-' : String(value) };
  const fields = value as Fields;
  const buffer = bufferText(fields);
  if (buffer !== undefined) return { name, value: told(buffer) };
  const children = Object.entries(fields).map(([key, child]) =>
    nodeOf(key, child, `${path}.${key}`, fields, told),
  );
  const summary = summaryOf(fields);
  return {
    name,
    ...(summary !== undefined && { value: told(summary) }),
    ...(fields.broken === true && {
      problem: told(say`The device is broken: its driver gave it a ring that does not hold together.`),
    }),
    children,
  };
}

function numberText(name: string, value: number, path: string, siblings: Fields): Sentence {
  const parent = path.replace(/\.[^.]*$/, '');
  const words = WORDS.find(([pattern]) => pattern.test(parent))?.[1][name]?.(value, siblings);
  const plain = HEXADECIMAL.test(name) ? hex(value, 2) : String(value);
  return words ? say`${plain} (${words})` : verbatim(plain);
}

/** `3 bytes: 41 42 43`; `undefined` for what is no buffer. */
function bufferText({ bytes, first }: Fields): Sentence | undefined {
  if (typeof bytes !== 'number' || !Array.isArray(first)) return undefined;
  const shown = first.map((byte) => Number(byte).toString(16).padStart(2, '0')).join(' ');
  const size = bytes === 1 ? say`1 byte` : say`${bytes} bytes`;
  return bytes > 0 ? say`${size}: ${shown}${bytes > first.length ? ' …' : ''}` : size;
}

/** What is most worth knowing of a part: of a queue how much waits in it. */
function summaryOf({ nextAvailable, nextUsed, enabled, size }: Fields): Sentence | undefined {
  if (typeof nextAvailable !== 'number' || typeof nextUsed !== 'number') return undefined;
  if (enabled !== true) return say`off`;
  return say`${(nextAvailable - nextUsed) & 0xffff} of ${String(size)} in the works`;
}
