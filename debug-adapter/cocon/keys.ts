/**
 * What was typed into a terminal as key messages for a guest. Text goes as text, whatever the keyboard's layout is. Keys that
 * make no text, which terminals tell by the sequences of xterm (control sequences, "PC-Style Function Keys"), go as what
 * a PC's keyboard would send: XT scan codes, pressed and released, between those of the modifiers.
 */
import { coKeyboardMode } from '../../core/abi/abi.ts';
import { encodeKey } from '../../core/abi/console.ts';

const ESC = 0x1b;
/** CSI or SS3, parameters, and the final byte. */
const SEQUENCE = /^\x1b(?:\[(?:(\d{1,2})(?:;(\d{1,2}))?)?([A-HPQRS~])|O([A-HPQRS]))/;
const LONGEST = 8;

const RELEASED = 0x80;
/** Announces a key beside those of the first PC's keyboard. */
const GREY = 0xe0;
const SHIFT = 0x2a;
const ALT = 0x38;
const CTRL = 0x1d;

/** Scan codes (set 1) by the final byte of a sequence; those from E000h on are grey keys. */
const BY_LETTER: Readonly<Record<string, number>> = {
  A: 0xe048,
  B: 0xe050,
  C: 0xe04d,
  D: 0xe04b,
  F: 0xe04f,
  H: 0xe047,
  P: 0x3b,
  Q: 0x3c,
  R: 0x3d,
  S: 0x3e,
};
/** By the first parameter of a sequence that ends with a tilde. */
const BY_NUMBER: Readonly<Record<number, number>> = {
  1: 0xe047,
  2: 0xe052,
  3: 0xe053,
  4: 0xe04f,
  5: 0xe049,
  6: 0xe051,
  15: 0x3f,
  17: 0x40,
  18: 0x41,
  19: 0x42,
  20: 0x43,
  21: 0x44,
  23: 0x57,
  24: 0x58,
};

const release = (code: number) => (code > 0xff ? [GREY, (code & 0xff) | RELEASED] : [code | RELEASED]);
const press = (code: number) => (code > 0xff ? [GREY, code & 0xff] : [code]);

/** Scan codes of a sequence, and how many characters it has; undefined when it is none that is known. */
function keyAt(text: string): { readonly codes: readonly number[]; readonly length: number } | undefined {
  const match = SEQUENCE.exec(text);
  if (!match) return undefined;
  const [all, number, modifiers, csi, ss3] = match;
  const letter = csi ?? ss3 ?? '';
  const code = letter === '~' ? BY_NUMBER[Number(number)] : BY_LETTER[letter];
  if (code === undefined) return undefined;
  const bits = modifiers === undefined ? 0 : Number(modifiers) - 1;
  const held = [SHIFT, ALT, CTRL].filter((_code, bit) => (bits & (1 << bit)) !== 0);
  const codes = [...held, ...press(code), ...release(code), ...held.reverse().flatMap(release)];
  return { codes, length: all.length };
}

/** What was typed, as key messages for the guest of a monitor. */
export const encodeTyped = (text: string, monitor = 0): Uint8Array =>
  encodeTypedBytes(new TextEncoder().encode(text), monitor);

/** The same for the bytes of UTF-8. */
export function encodeTypedBytes(bytes: Uint8Array, monitor = 0): Uint8Array {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const key =
      bytes[at] === ESC ? keyAt(String.fromCharCode(...bytes.subarray(at, at + LONGEST))) : undefined;
    for (const code of key?.codes ?? []) messages.push(encodeKey(code, coKeyboardMode.RAW, monitor));
    if (!key) messages.push(encodeKey(bytes[at]!, coKeyboardMode.ASCII, monitor));
    at += key?.length ?? 1;
  }
  const all = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const message of messages) {
    all.set(message, end);
    end += message.length;
  }
  return all;
}
