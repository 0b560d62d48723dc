/** Expressions in the types of templates. Source: Itanium C++ ABI, 5.1.6. */
import { readEncoding, readOperatorName, type Reading, readUnqualified } from './names.ts';
import { name, type Node, Unreadable } from './nodes.ts';
import { CASTS, OPERATORS } from './operators.ts';
import { readArgument, readArguments, readParameter, readType } from './types.ts';

export function readExpression(reading: Reading): Node {
  return reading.letters.nested(() => readAny(reading));
}

function listUntil(reading: Reading, end: string): Node[] {
  const found: Node[] = [];
  while (!reading.letters.takes(end)) found.push(readExpression(reading));
  return found;
}

function readAny(reading: Reading): Node {
  const { letters } = reading;
  const { next, two } = letters;
  if (next === 'L') return readLiteral(reading);
  if (next === 'T') return readParameter(reading);
  if (/\d/.test(next)) return readUnresolved(reading);
  switch (two) {
    case 'sr':
      return readScoped(reading);
    case 'sp':
      letters.take(2);
      return { k: 'expansion', of: readExpression(reading) };
    case 'sZ':
      letters.take(2);
      return {
        k: 'packLength',
        of: letters.next === 'T' ? readParameter(reading) : readExpression(reading),
      };
    case 'sP':
      letters.take(2);
      return {
        ...{ k: 'word', before: 'sizeof...(', after: ')' },
        of: { k: 'pack', items: listOfArguments(reading) },
      };
    case 'fp':
    case 'fL':
      if (!/^f(?:pT|pK?[_\d]|L\d+p)/.test(letters.text.slice(letters.at, letters.at + 8))) break;
      return readFunctionParameter(reading);
    case 'on':
      letters.take(2);
      return withArguments(reading, readOperatorName(reading));
    case 'tl':
      letters.take(2);
      return { k: 'braces', type: readType(reading), items: listUntil(reading, 'E') };
    case 'il':
      letters.take(2);
      return { k: 'braces', type: undefined, items: listUntil(reading, 'E') };
    case 'cv': {
      letters.take(2);
      const type = readType(reading);
      return {
        k: 'convert',
        type,
        args: letters.takes('_') ? listUntil(reading, 'E') : [readExpression(reading)],
      };
    }
    case 'cl': {
      letters.take(2);
      const what = readExpression(reading);
      return { k: 'call', what, args: listUntil(reading, 'E') };
    }
    case 'st':
    case 'at':
    case 'ti': {
      letters.take(2);
      const before = two === 'st' ? 'sizeof (' : two === 'at' ? 'alignof (' : 'typeid (';
      return { k: 'word', before, of: readType(reading), after: ')' };
    }
    case 'tw':
      letters.take(2);
      return { k: 'word', before: 'throw ', of: readExpression(reading), after: '' };
    case 'tr':
      letters.take(2);
      return name('throw');
    case 'dn':
      letters.take(2);
      return { k: 'word', before: '~', of: readUnresolved(reading), after: '' };
  }
  return readOperation(reading);
}

function listOfArguments(reading: Reading): Node[] {
  const items: Node[] = [];
  while (!reading.letters.takes('E')) items.push(readArgument(reading));
  return items;
}

function readFunctionParameter({ letters }: Reading): Node {
  if (letters.takes('fpT')) return name('this');
  if (letters.takes('fL')) {
    letters.number();
    letters.needs('p');
  } else letters.needs('fp');
  letters.match(/r?V?K?/y);
  return name(`{parm#${letters.sequence(10) + 1}}`);
}

function withArguments(reading: Reading, node: Node): Node {
  return reading.letters.next === 'I' ? { k: 'template', name: node, args: readArguments(reading) } : node;
}

function readUnresolved(reading: Reading): Node {
  return withArguments(reading, readUnqualified(reading, undefined));
}

/** `sr T_ 5value`, `sr N T_ 4type E 5value`, `sr 3std 4type E 5value` */
function readScoped(reading: Reading): Node {
  const { letters } = reading;
  letters.needs('sr');
  const isNested = letters.takes('N') || /\d/.test(letters.next);
  let scope = /\d/.test(letters.next) ? readUnresolved(reading) : readType(reading);
  if (isNested) while (!letters.takes('E')) scope = { k: 'in', scope, name: readUnresolved(reading) };
  const inner = letters.takes('on')
    ? readOperatorName(reading)
    : letters.takes('dn')
      ? ({ k: 'word', before: '~', of: readUnresolved(reading), after: '' } as const)
      : readUnqualified(reading, undefined);
  return withArguments(reading, { k: 'in', scope, name: inner });
}

function readOperation(reading: Reading): Node {
  const { letters } = reading;
  const isGlobal = letters.takes('gs');
  const code = letters.take(2);
  if (/^f[lrLR]$/.test(code)) return readFold(reading, code);
  const cast = CASTS.get(code);
  if (cast !== undefined) {
    const type = readType(reading);
    return { k: 'cast', word: cast, type, of: readExpression(reading) };
  }
  const [op, operands] = OPERATORS.get(code) ?? [];
  if (op === undefined) {
    letters.at -= 2;
    if (isGlobal) return { k: 'word', before: '::', of: readUnresolved(reading), after: '' };
    throw new Unreadable();
  }
  if (code === 'nw' || code === 'na') return readNew(reading, op);
  if (operands === 1) {
    const isPostfix = (code === 'pp' || code === 'mm') && !letters.takes('_');
    const of = readExpression(reading);
    return { k: isPostfix ? 'postfix' : 'unary', op, of };
  }
  const left = readExpression(reading);
  const right = readExpression(reading);
  if (operands === 2) return { k: 'binary', op, left, right };
  if (code !== 'qu') throw new Unreadable();
  return { k: 'conditional', parts: [left, right, readExpression(reading)] };
}

function readNew(reading: Reading, op: string): Node {
  const { letters } = reading;
  const placed = listUntil(reading, '_');
  const type = readType(reading);
  const args = letters.takes('pi') ? listUntil(reading, 'E') : (letters.needs('E'), undefined);
  const before = placed.length > 0 ? `${op} (` : `${op} `;
  const whole: Node = args ? { k: 'call', what: type, args } : type;
  if (placed.length === 0) return { k: 'word', before, of: whole, after: '' };
  const place: Node = { k: 'word', before, of: { k: 'pack', items: placed }, after: ') ' };
  return { k: 'pack', items: [place, whole] };
}

function readFold(reading: Reading, kind: string): Node {
  const op = OPERATORS.get(reading.letters.take(2))?.[0];
  if (op === undefined) throw new Unreadable();
  const first = readExpression(reading);
  const dots = name('...');
  const parts: readonly [Node, Node, Node?] =
    kind === 'fl' ? [dots, first] : kind === 'fr' ? [first, dots] : [first, dots, readExpression(reading)];
  return { k: 'call', what: name(`fold ${op}`), args: parts.filter((part) => part !== undefined) };
}

export function readLiteral(reading: Reading): Node {
  const { letters } = reading;
  letters.needs('L');
  if (letters.takes('_Z') || letters.takes('Z')) {
    const encoding = readEncoding(reading);
    letters.needs('E');
    return encoding;
  }
  const letter = letters.next;
  const type = readType(reading);
  const value = letters.match(/[^E]*/y);
  letters.needs('E');
  return { k: 'literal', type, letter, value };
}
