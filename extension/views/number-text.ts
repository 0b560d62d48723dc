/** Numbers as people of this field write them, in their language; for the extension and for the pages of its views. */

/** `0xc0100000`; `digits` at least. The same in every language. */
export const hex = (value: number, digits = 8): string =>
  `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;

const BYTES = ['B', 'KiB', 'MiB', 'GiB'];
const TIMES = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
] as const;
/** Of virtual time: each instruction takes as much. */
const NANOSECONDS = 10;

interface Numbers {
  /** `12,345,678` */
  grouped(value: number): string;
  /** `4 KiB`, `2.5 MiB` */
  bytes(count: number): string;
  /** Instructions as the virtual time that they take. */
  duration(instructions: number): string;
  /** `12.3 ms` */
  nanoseconds(count: number): string;
}

/** @param language as VS Code names it: `de`, `pt-br` */
export function numbersIn(language: string): Numbers {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const precise = new Intl.NumberFormat(language, {
    ...{ minimumSignificantDigits: 3, maximumSignificantDigits: 3 },
    useGrouping: false,
  });
  const nanoseconds = (count: number): string => {
    for (const [unit, name] of TIMES) if (count >= unit) return `${precise.format(count / unit)} ${name}`;
    return `${String(Math.round(count))} ns`;
  };
  return {
    nanoseconds,
    grouped: (value) => whole.format(Math.round(value)),
    duration: (instructions) => nanoseconds(instructions * NANOSECONDS),
    bytes(count) {
      let unit = 0;
      let value = count;
      while (value >= 1024 && unit < BYTES.length - 1) {
        value /= 1024;
        unit++;
      }
      return `${Number.isInteger(value) ? String(value) : tenths.format(value)} ${BYTES[unit] ?? ''}`;
    },
  };
}
