/** Names of C++: nested, local, of operators and constructors, and what the compiler makes for itself. Source: Itanium C++ ABI, 5.1.3 and 5.1.4. */
import { readExpression } from './expressions.ts';
import { name, type Node, Unreadable } from './nodes.ts';
import { OPERATORS } from './operators.ts';
import type { Letters } from './reader.ts';
import { readArguments, readBareFunction, readDecltype, readType, tagged } from './types.ts';

/** A name that is being read, with what its substitutions refer to. */
export interface Reading {
  readonly letters: Letters;
  readonly substitutions: Node[];
  /** Arguments behind a parameter are those of the operator that converts to it. */
  inConversion: boolean;
}

const QUALIFIERS: Readonly<Record<string, string>> = { r: ' restrict', V: ' volatile', K: ' const' };

/** ` const volatile`, of which the last letter is the innermost. */
export function readQualifiers({ letters }: Reading): string {
  let words = '';
  for (const letter of letters.match(/r?V?K?/y)) words = QUALIFIERS[letter]! + words;
  return words;
}

/** A function with its type, or an object. @param isInner inside of another name */
export function readEncoding(reading: Reading, isInner = false): Node {
  const { letters } = reading;
  return letters.nested((): Node => {
    if (letters.next === 'T' || letters.next === 'G') return readSpecial(reading);
    const { node, behind } = readName(reading);
    if (letters.isAtEnd || letters.next === 'E' || letters.next === '.') return node;
    const type = readBareFunction(reading, hasReturn(node));
    const shown = isInner ? { ...type, returns: undefined } : type;
    return { k: 'encoding', name: node, type: { ...shown, behind } };
  });
}

/** Does the type of a function of that name say what it returns? Of templates, but for those whose name says it. */
function hasReturn(node: Node): boolean {
  if (node.k === 'in') return hasReturn(node.name);
  return node.k === 'template' && !isOwn(node.name);
}

function isOwn(node: Node): boolean {
  if (node.k === 'in' || node.k === 'tagged') return isOwn(node.name);
  return node.k === 'constructor' || node.k === 'destructor' || node.k === 'conversion';
}

interface Named {
  readonly node: Node;
  /** Of a method. */
  readonly behind: string;
}

export function readName(reading: Reading): Named {
  const { letters } = reading;
  switch (letters.next) {
    case 'N':
      return letters.nested(() => readNested(reading));
    case 'Z':
      return letters.nested(() => readLocal(reading));
    default: {
      const isSubstitution = letters.next === 'S' && letters.two !== 'St';
      let node = isSubstitution ? readSubstitution(reading) : readUnscoped(reading);
      if (letters.next === 'I') {
        if (!isSubstitution) reading.substitutions.push(node);
        node = withArguments(reading, node);
      }
      return { node, behind: '' };
    }
  }
}

function readUnscoped(reading: Reading): Node {
  if (!reading.letters.takes('St')) return readUnqualified(reading, undefined);
  return { k: 'in', scope: name('std'), name: readUnqualified(reading, undefined) };
}

function withArguments(reading: Reading, node: Node): Node {
  return { k: 'template', name: node, args: readArguments(reading) };
}

function readNested(reading: Reading): Named {
  const { letters, substitutions } = reading;
  letters.needs('N');
  const qualifiers = readQualifiers(reading);
  const reference = letters.takes('R') ? ' &' : letters.takes('O') ? ' &&' : '';
  let node: Node | undefined;
  while (!letters.takes('E')) {
    const before: Node | undefined = node;
    const { next, two } = letters;
    let isNew = true;
    if (next === 'S' && two !== 'St') {
      if (before) throw new Unreadable();
      node = readSubstitution(reading);
      isNew = false;
    } else if (next === 'I') {
      if (!before) throw new Unreadable();
      node = withArguments(reading, before);
    } else if (next === 'T') {
      if (before) throw new Unreadable();
      node = readType(reading);
      isNew = false;
    } else if (two === 'Dt' || two === 'DT') {
      if (before) throw new Unreadable();
      node = readDecltype(reading);
    } else if (next === 'M') {
      letters.take();
      isNew = false;
    } else if (letters.takes('St')) {
      if (before) throw new Unreadable();
      node = { k: 'in', scope: name('std'), name: readUnqualified(reading, undefined) };
    } else {
      const inner = readUnqualified(reading, before);
      node = before ? { k: 'in', scope: before, name: inner } : inner;
    }
    if (isNew && letters.next !== 'E') substitutions.push(node!);
  }
  if (!node) throw new Unreadable();
  return { node, behind: qualifiers + reference };
}

function readLocal(reading: Reading): Named {
  const { letters } = reading;
  letters.needs('Z');
  const scope = readEncoding(reading, true);
  letters.needs('E');
  if (letters.takes('s')) {
    readDiscriminator(letters);
    return { node: { k: 'in', scope, name: name('string literal') }, behind: '' };
  }
  if (letters.takes('d')) {
    const number = letters.sequence(10) + 1;
    const { node, behind } = readName(reading);
    const inner: Node = { k: 'in', scope: name(`{default arg#${number}}`), name: node };
    return { node: { k: 'in', scope, name: inner }, behind };
  }
  const { node, behind } = readName(reading);
  readDiscriminator(letters);
  return { node: { k: 'in', scope, name: node }, behind };
}

function readDiscriminator(letters: Letters): void {
  letters.match(/__\d+_|_\d/y);
}

/** A part of a name. @param scope what it is in, for constructors */
export function readUnqualified(reading: Reading, scope: Node | undefined): Node {
  const { letters } = reading;
  letters.takes('L');
  const { next } = letters;
  let node: Node;
  if (/\d/.test(next)) node = readSource(letters);
  else if (letters.takes('DC')) {
    const parts: Node[] = [];
    while (!letters.takes('E')) parts.push(readSource(letters));
    node = { k: 'word', before: '[', of: { k: 'pack', items: parts }, after: ']' };
  } else if (next === 'C' || next === 'D') node = readStructor(reading, scope);
  else if (letters.takes('Ut')) node = name(`{unnamed type#${letters.sequence(10) + 1}}`);
  else if (letters.takes('Ul')) node = readLambda(reading);
  else if (/[a-z]/.test(next)) node = readOperatorName(reading);
  else throw new Unreadable();
  return tagged(letters, node);
}

/** `3foo` */
export function readSource(letters: Letters): Node {
  const length = letters.number();
  if (length === undefined || length === 0) throw new Unreadable();
  const text = letters.take(length);
  return name(/^_GLOBAL_[._$]N/.test(text) ? '(anonymous namespace)' : text);
}

function readStructor({ letters, ...reading }: Reading, scope: Node | undefined): Node {
  if (!scope) throw new Unreadable();
  const kind = letters.take();
  // One that is inherited says from what.
  if (kind === 'C' && letters.takes('I')) {
    letters.match(/[1-4]/y);
    readType({ letters, ...reading });
  } else if (letters.match(kind === 'C' ? /[1-5]/y : /[0-2456]/y) === '') throw new Unreadable();
  return { k: kind === 'C' ? 'constructor' : 'destructor', of: scope };
}

function readLambda(reading: Reading): Node {
  const { letters } = reading;
  const { parameters } = readBareFunction(reading, false);
  letters.needs('E');
  return { k: 'lambda', parameters, number: letters.sequence(10) + 1 };
}

export function readOperatorName(reading: Reading): Node {
  const { letters } = reading;
  if (letters.takes('cv')) {
    const was = reading.inConversion;
    reading.inConversion = true;
    const to = readType(reading);
    reading.inConversion = was;
    return { k: 'conversion', to };
  }
  if (letters.takes('li')) return { k: 'operator', text: `"" ${textOf(readSource(letters))}` };
  if (letters.match(/v\d/y) !== '') return { k: 'operator', text: textOf(readSource(letters)) };
  const [text] = OPERATORS.get(letters.take(2)) ?? [];
  if (text === undefined) throw new Unreadable();
  return { k: 'operator', text: text.trimEnd() };
}

const textOf = (node: Node): string => (node.k === 'name' ? node.text : '');

const STRING = 'std::basic_string';
const TRAITS = 'std::char_traits<char>';
const ALLOCATOR = 'std::allocator<char>';
/** Of the library: how they are shown, how where a constructor follows, and the name of that. */
const LIBRARY: Readonly<Record<string, readonly [text: string, full: string, last: string]>> = {
  t: ['std', 'std', 'std'],
  a: ['std::allocator', 'std::allocator', 'allocator'],
  b: [STRING, STRING, 'basic_string'],
  s: ['std::string', `${STRING}<char, ${TRAITS}, ${ALLOCATOR} >`, 'basic_string'],
  i: ['std::istream', `std::basic_istream<char, ${TRAITS} >`, 'basic_istream'],
  o: ['std::ostream', `std::basic_ostream<char, ${TRAITS} >`, 'basic_ostream'],
  d: ['std::iostream', `std::basic_iostream<char, ${TRAITS} >`, 'basic_iostream'],
};

export function readSubstitution({ letters, substitutions }: Reading): Node {
  letters.needs('S');
  const known = LIBRARY[letters.next];
  if (!known) {
    const found = substitutions[letters.sequence(36)];
    if (!found) throw new Unreadable();
    return found;
  }
  letters.take();
  const [text, full, last] = known;
  const whole: Node = { k: 'in', scope: name(full.slice(0, -last.length)), name: name(last) };
  const isFull = letters.next === 'C' || letters.next === 'D';
  const node: Node = { k: 'short', text: isFull ? full : text, full: whole };
  const withTag = tagged(letters, node);
  if (withTag !== node) substitutions.push(withTag);
  return withTag;
}

const SPECIALS: Readonly<Record<string, string>> = {
  ...{
    TV: 'vtable for ',
    TT: 'VTT for ',
    TI: 'typeinfo for ',
    TS: 'typeinfo name for ',
    TF: 'typeinfo fn for ',
  },
  ...{ TH: 'TLS init function for ', TW: 'TLS wrapper function for ', GV: 'guard variable for ' },
  ...{ GA: 'hidden alias for ', GT: 'transaction clone for ' },
};

function readSpecial(reading: Reading): Node {
  const { letters } = reading;
  const code = letters.take(2);
  switch (code) {
    case 'TV':
    case 'TT':
    case 'TI':
    case 'TS':
    case 'TF':
      return { k: 'special', word: SPECIALS[code]!, of: readType(reading) };
    case 'Th':
    case 'Tv':
      readCallOffset(letters, code[1]!);
      return {
        k: 'special',
        word: code === 'Th' ? 'non-virtual thunk to ' : 'virtual thunk to ',
        of: readEncoding(reading),
      };
    case 'Tc':
      readCallOffset(letters, letters.take());
      readCallOffset(letters, letters.take());
      return { k: 'special', word: 'covariant return thunk to ', of: readEncoding(reading) };
    case 'TC': {
      const derived = readType(reading);
      if (letters.number() === undefined) throw new Unreadable();
      letters.needs('_');
      return { k: 'special', word: 'construction vtable for ', of: readType(reading), in: derived };
    }
    case 'TA':
      return { k: 'special', word: 'template parameter object for ', of: readExpressionOrType(reading) };
    case 'TH':
    case 'TW':
    case 'GV':
      return { k: 'special', word: SPECIALS[code]!, of: readName(reading).node };
    case 'GA':
      return { k: 'special', word: SPECIALS[code]!, of: readEncoding(reading) };
    case 'GT':
      return {
        k: 'special',
        word: letters.take() === 'n' ? 'non-transaction clone for ' : SPECIALS[code]!,
        of: readEncoding(reading),
      };
    case 'GR': {
      const of = readName(reading).node;
      const number = letters.isAtEnd ? 0 : letters.sequence(36);
      return { k: 'special', word: `reference temporary #${number} for `, of };
    }
    default:
      throw new Unreadable();
  }
}

function readExpressionOrType(reading: Reading): Node {
  return reading.letters.next === 'L' || reading.letters.next === 'X'
    ? readExpression(reading)
    : readType(reading);
}

function readCallOffset(letters: Letters, kind: string): void {
  const offset = letters.match(kind === 'h' ? /n?\d+_/y : kind === 'v' ? /n?\d+_n?\d+_/y : /(?!)/y);
  if (offset === '') throw new Unreadable();
}
