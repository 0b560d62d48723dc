/** Options of a command that takes those of `colinux run` as well: its own are taken out, the rest is run's. */
import { Problem } from './problem.ts';

/**
 * Takes `--name VALUE` and `--name=VALUE` out.
 * @throws Problem for one without a value, or that is there twice
 */
export function takeOptions<T extends string>(
  args: readonly string[],
  names: readonly T[],
): { readonly values: Partial<Record<T, string>>; readonly rest: readonly string[] } {
  const values: Partial<Record<T, string>> = {};
  const rest: string[] = [];
  for (let n = 0; n < args.length; n++) {
    const word = args[n]!;
    const [option, ...joined] = word.split('=');
    const name = names.find((one) => option === `--${one}`);
    if (name === undefined) {
      rest.push(word);
      continue;
    }
    if (values[name] !== undefined) throw new Problem(`--${name} is there twice: give it once.`);
    const value = joined.length > 0 ? joined.join('=') : args[++n];
    if (value === undefined || value === '')
      throw new Problem(`--${name} expects a value, but found none: give one.`);
    values[name] = value;
  }
  return { values, rest };
}
