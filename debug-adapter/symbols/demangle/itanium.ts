/**
 * Names as the C++ compilers of all but Microsoft mangle them: `_ZN6kernel4Task3runEi` is `kernel::Task::run(int)`. Written as gdb and
 * `c++filt -i` write them. Source: Itanium C++ ABI, 5.1; clones as GCC names them.
 */
import { readEncoding } from './names.ts';
import { print, type Printed } from './printer.ts';
import { Letters } from './reader.ts';

const CLONE = /\.(?:[a-z_]+|\d+)(?:\.\d+)*/y;

/** @throws Unreadable for what is no such name */
export function demangleItanium(text: string): Printed | undefined {
  const letters = new Letters(text);
  letters.needs('_Z');
  const node = readEncoding({ letters, substitutions: [], inConversion: false });
  let clones = '';
  for (let clone = letters.match(CLONE); clone !== ''; clone = letters.match(CLONE))
    clones += ` [clone ${clone}]`;
  if (!letters.isAtEnd) return undefined;
  const printed = print(node);
  return { ...printed, text: printed.text + clones };
}
