/** Format specifiers behind an expression: `,x` hexadecimal, `,d` decimal. */

export type Format = 'x' | 'd' | undefined;

export function splitFormat(source: string): { expression: string; format: Format } {
  const match = /^(.*),\s*([xd])\s*$/s.exec(source);
  return match
    ? { expression: match[1], format: match[2] as Format }
    : { expression: source, format: undefined };
}
