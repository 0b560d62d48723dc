/** Numbers as people of this field write them; for the extension and for the pages of its views. */

/** `0xc0100000`; `digits` at least. */
export const hex = (value: number, digits = 8): string =>
  `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;

/** `12,345,678` */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `4 KiB`, `2.5 MiB` */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let value = count;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Instructions as the virtual time that they take: 10 ns each. */
export const duration = (instructions: number): string => nanoseconds(instructions * 10);

/** `12.3 ms` */
export function nanoseconds(count: number): string {
  for (const [unit, name] of [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
  ] as const)
    if (count >= unit) return `${(count / unit).toPrecision(3)} ${name}`;
  return `${String(Math.round(count))} ns`;
}
