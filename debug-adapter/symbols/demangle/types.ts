/** Types of C++ and the arguments of templates. Source: Itanium C++ ABI, 5.1.5 and 5.1.6. */
import { readExpression, readLiteral } from './expressions.ts';
import { readName, type Reading, readQualifiers, readSource, readSubstitution } from './names.ts';
import { type FunctionNode, name, type Node, Unreadable } from './nodes.ts';
import { TYPES } from './operators.ts';
import type { Letters } from './reader.ts';

export function readType(reading: Reading): Node {
  return reading.letters.nested(() => readAny(reading));
}

/** With the tags that a library's ABI has: `[abi:cxx11]`. */
export function tagged(letters: Letters, node: Node): Node {
  let all = node;
  while (letters.takes('B')) {
    const tag = readSource(letters);
    all = { k: 'tagged', name: all, tag: tag.k === 'name' ? tag.text : '' };
  }
  return all;
}

function readAny(reading: Reading): Node {
  const { letters, substitutions } = reading;
  const kept = (node: Node): Node => {
    substitutions.push(node);
    return node;
  };
  const { next, two } = letters;
  if (/[rVK]/.test(next)) {
    const words = readQualifiers(reading);
    const of =
      letters.next === 'F' || isFunctionWithMore(letters.two) ? readFunction(reading) : readType(reading);
    if (of.k === 'function') return kept({ ...of, behind: words + of.behind });
    return kept({ k: 'qualified', of, words });
  }
  const plain = TYPES.get(next === 'D' ? two : next);
  if (plain !== undefined) {
    letters.take(next === 'D' ? 2 : 1);
    return name(plain);
  }
  if (isFunctionWithMore(two)) return kept(readFunction(reading));
  switch (next) {
    case 'P':
      letters.take();
      return kept({ k: 'pointer', to: readType(reading), sign: '*' });
    case 'R':
      letters.take();
      return kept({ k: 'pointer', to: readType(reading), sign: '&' });
    case 'O':
      letters.take();
      return kept({ k: 'pointer', to: readType(reading), sign: '&&' });
    case 'C':
    case 'G':
      letters.take();
      return kept({ k: 'suffixed', of: readType(reading), text: next === 'C' ? ' _Complex' : ' _Imaginary' });
    case 'u': {
      letters.take();
      const vendor = readSource(letters);
      const args = letters.next === 'I' ? readArguments(reading) : undefined;
      return kept(args ? { k: 'template', name: vendor, args } : vendor);
    }
    case 'U': {
      if (two === 'Ul' || two === 'Ut') return kept(readName(reading).node);
      letters.take();
      const word = readSource(letters);
      const args = letters.next === 'I' ? readArguments(reading) : undefined;
      const all: Node = args ? { k: 'template', name: word, args } : word;
      return kept({
        k: 'word',
        before: '',
        of: readType(reading),
        after: all.k === 'name' ? ` ${all.text}` : '',
      });
    }
    case 'F':
      return kept(readFunction(reading));
    case 'A':
      return kept(readArray(reading));
    case 'M': {
      letters.take();
      const owner = readType(reading);
      return kept({ k: 'memberPointer', owner, to: readType(reading) });
    }
    case 'T':
      return readParameterType(reading);
    case 'S': {
      if (two === 'St') return kept(readName(reading).node);
      const found = readSubstitution(reading);
      if (letters.next !== 'I') return found;
      return kept({ k: 'template', name: found, args: readArguments(reading) });
    }
    case 'D':
      return kept(readWithD(reading));
    default:
      return kept(readName(reading).node);
  }
}

const isFunctionWithMore = (two: string): boolean => /^D[oOwx]$/.test(two);

function readWithD(reading: Reading): Node {
  const { letters } = reading;
  if (letters.two === 'Dt' || letters.two === 'DT') return readDecltype(reading);
  if (letters.takes('Dp')) return { k: 'expansion', of: readType(reading) };
  if (letters.takes('DF')) {
    const bits = letters.number();
    if (bits === undefined) throw new Unreadable();
    if (letters.takes('b')) return name('std::bfloat16_t');
    const isExtended = letters.takes('x');
    if (!isExtended) letters.needs('_');
    return name(`_Float${bits}${isExtended ? 'x' : ''}`);
  }
  letters.needs('Dv');
  let length: Node;
  if (letters.takes('_')) length = readExpression(reading);
  else length = name(String(letters.number() ?? unreadable()));
  letters.needs('_');
  return { k: 'vector', of: readType(reading), length };
}

function unreadable(): never {
  throw new Unreadable();
}

export function readDecltype(reading: Reading): Node {
  const { letters } = reading;
  letters.take(2);
  const of = readExpression(reading);
  letters.needs('E');
  return { k: 'decltype', of };
}

function readParameterType(reading: Reading): Node {
  const { letters, substitutions } = reading;
  if (/^T[sue]/.test(letters.two)) {
    letters.take(2);
    return readName(reading).node;
  }
  const node = readParameter(reading);
  substitutions.push(node);
  if (letters.next !== 'I') return node;
  const before = { at: letters.at, count: substitutions.length };
  const args = readArguments(reading);
  if (reading.inConversion && letters.next !== 'I') {
    letters.at = before.at;
    substitutions.length = before.count;
    return node;
  }
  const template: Node = { k: 'template', name: node, args };
  substitutions.push(template);
  return template;
}

export function readParameter({ letters }: Reading): Node {
  letters.needs('T');
  return { k: 'parameter', index: letters.sequence(10) };
}

function readFunction(reading: Reading): FunctionNode {
  const { letters } = reading;
  let behind = '';
  if (letters.takes('Do')) behind = ' noexcept';
  else if (letters.takes('DO')) {
    readExpression(reading);
    letters.needs('E');
    behind = ' noexcept';
  }
  if (letters.takes('Dx')) behind += ' transaction_safe';
  letters.needs('F');
  letters.takes('Y');
  const { returns, parameters } = readBareFunction(reading, true);
  const reference = letters.takes('R') ? ' &' : letters.takes('O') ? ' &&' : '';
  letters.needs('E');
  return { k: 'function', returns, parameters, behind: reference + behind };
}

/** The types of a function's parameters up to what can be none, behind what it returns. */
export function readBareFunction(reading: Reading, hasReturn: boolean): FunctionNode {
  const { letters } = reading;
  letters.takes('J');
  const returns = hasReturn ? readType(reading) : undefined;
  const parameters: Node[] = [];
  while (!letters.isAtEnd && letters.next !== 'E' && letters.next !== '.') {
    const { two } = letters;
    if ((two === 'RE' || two === 'OE') && parameters.length > 0) break;
    parameters.push(readType(reading));
  }
  if (parameters.length === 0) throw new Unreadable();
  const [only] = parameters;
  const isEmpty = parameters.length === 1 && only!.k === 'name' && only!.text === 'void';
  return { k: 'function', returns, parameters: isEmpty ? [] : parameters, behind: '' };
}

function readArray(reading: Reading): Node {
  const { letters } = reading;
  letters.needs('A');
  let length: Node | undefined;
  const digits = letters.match(/\d+/y);
  if (digits !== '') length = name(digits);
  else if (letters.next !== '_') length = readExpression(reading);
  letters.needs('_');
  return { k: 'array', of: readType(reading), length };
}

export function readArguments(reading: Reading): Node[] {
  const { letters } = reading;
  return letters.nested(() => {
    if (!letters.takes('I')) letters.needs('J');
    const args: Node[] = [];
    while (!letters.takes('E')) args.push(readArgument(reading));
    return args;
  });
}

export function readArgument(reading: Reading): Node {
  const { letters } = reading;
  switch (letters.next) {
    case 'L':
      return readLiteral(reading);
    case 'X': {
      letters.take();
      const expression = readExpression(reading);
      letters.needs('E');
      return expression;
    }
    case 'I':
    case 'J':
      return { k: 'pack', items: readArguments(reading) };
    default:
      return readType(reading);
  }
}
