/** The tree of a name as text, in the words of binutils and gdb: types wind outwards from what they are about. */
import { type FunctionNode, name, type Node, Unreadable } from './nodes.ts';
import { printExpression, printOperand } from './print-expressions.ts';

/** Letters of the longest name that is written. */
const LENGTH_LIMIT = 1 << 14;
/** Nodes that are looked at: what is repeated repeats what is repeated in it. */
const STEP_LIMIT = 1 << 16;
const DEPTH_LIMIT = 400;

class Printer {
  text = '';
  function: { readonly path: string; readonly parameters: string } | undefined;
  /** What spaces depend on: binutils has the one of a comma there that it took back. */
  private last = '';
  private steps = 0;
  private depth = 0;
  /** Of the template whose name is written: what parameters stand for. */
  private args: readonly Node[] = [];
  /** The parameters of a lambda are written: those of a template are its own there. The same one may stand outside of it, by a substitution. */
  private inLambda = false;
  /** Which one of a pack is written. */
  private item: number | undefined;

  add(text: string): void {
    this.text += text;
    if (text !== '') this.last = text.at(-1)!;
    if (this.text.length > LENGTH_LIMIT) throw new Unreadable();
  }

  /** What a node stands for where a template is instantiated. */
  private resolved(node: Node): Node {
    let at = node;
    while (at.k === 'parameter') {
      if (++this.steps > STEP_LIMIT) throw new Unreadable();
      if (this.inLambda) return name(`auto:${at.index + 1}`);
      const found: Node | undefined = this.args[at.index];
      if (!found) throw new Unreadable();
      if (found.k !== 'pack' || this.item === undefined)
        return found.k === 'parameter' ? (at = found) : found;
      const one = found.items[this.item];
      if (!one) throw new Unreadable();
      at = one;
    }
    return at;
  }

  print(node: Node): void {
    this.left(node);
    this.right(node);
  }

  list(nodes: readonly Node[]): void {
    let isFirst = true;
    for (const node of nodes) {
      const before = this.text;
      if (!isFirst) this.add(', ');
      const start = this.text.length;
      this.print(node);
      // A pack that has nothing in it.
      if (this.text.length === start) this.text = before;
      else isFirst = false;
    }
  }

  private left(given: Node): void {
    if (++this.steps > STEP_LIMIT || ++this.depth > DEPTH_LIMIT) throw new Unreadable();
    this.leftOf(this.resolved(given));
    this.depth--;
  }

  private leftOf(node: Node): void {
    switch (node.k) {
      case 'name':
        return this.add(node.text);
      case 'short':
        return this.add(node.text);
      case 'in':
        this.print(node.scope);
        this.add('::');
        return this.print(node.name);
      case 'template':
        this.print(node.name);
        if (this.last === '<') this.add(' ');
        this.add('<');
        this.list(node.args);
        return this.add(this.last === '>' ? ' >' : '>');
      case 'tagged':
        this.print(node.name);
        return this.add(`[abi:${node.tag}]`);
      case 'constructor':
        return this.add(this.ownName(node.of));
      case 'destructor':
        return this.add(`~${this.ownName(node.of)}`);
      case 'operator':
        return this.add(`operator${/^\w/.test(node.text) ? ' ' : ''}${node.text}`);
      case 'conversion':
        this.add('operator ');
        return this.print(node.to);
      case 'lambda':
        return this.lambda(node);
      case 'special':
        this.add(node.word);
        this.print(node.of);
        if (!node.in) return;
        this.add('-in-');
        return this.print(node.in);
      case 'encoding':
        return this.encoding(node.name, node.type);
      case 'qualified':
        this.left(node.of);
        return this.add(this.wordsOf(node.words, node.of));
      case 'pointer':
        return this.pointer(node);
      case 'suffixed':
        this.left(node.of);
        return this.add(node.text);
      case 'vector':
        this.print(node.of);
        this.add(' __vector(');
        this.print(node.length);
        return this.add(')');
      case 'memberPointer':
        this.left(node.to);
        this.open(node.to);
        if (this.last !== '(') this.add(' ');
        this.print(node.owner);
        return this.add('::*');
      case 'array':
        return this.left(node.of);
      case 'function':
        if (!node.returns) return;
        this.left(node.returns);
        if (!this.hasRight(node.returns)) this.add(' ');
        return;
      case 'pack':
        return this.list(node.items);
      case 'expansion':
        return this.expansion(node.of);
      case 'decltype':
        this.add('decltype (');
        this.print(node.of);
        return this.add(')');
      case 'parameter':
        throw new Unreadable();
      default:
        return printExpression(this, node);
    }
  }

  private lambda({ parameters, number }: Node & { k: 'lambda' }): void {
    const outer = this.inLambda;
    this.inLambda = true;
    this.add('{lambda(');
    this.list(parameters);
    this.add(`)#${number}}`);
    this.inLambda = outer;
  }

  private right(given: Node): void {
    if (++this.steps > STEP_LIMIT || ++this.depth > DEPTH_LIMIT) throw new Unreadable();
    const node = this.resolved(given);
    switch (node.k) {
      case 'qualified':
      case 'suffixed':
        this.right(node.of);
        break;
      case 'pointer':
      case 'memberPointer': {
        const to = this.collapsed(node).to;
        if (this.isOutward(to)) this.add(')');
        this.right(to);
        break;
      }
      case 'array':
        this.add(this.last === ']' ? '[' : ' [');
        if (node.length) this.print(node.length);
        this.add(']');
        this.right(node.of);
        break;
      case 'function':
        this.parameters(node);
        if (node.returns) this.right(node.returns);
        this.add(node.behind);
        break;
      default:
    }
    this.depth--;
  }

  private parameters({ parameters }: FunctionNode): void {
    this.add('(');
    this.list(parameters);
    this.add(')');
  }

  private encoding(name: Node, type: FunctionNode): void {
    const { returns, behind } = type;
    const outer = this.args;
    this.args = argumentsOf(name);
    if (returns) {
      this.left(returns);
      if (!this.hasRight(returns)) this.add(' ');
    }
    const start = this.text.length;
    this.print(name);
    const end = this.text.length;
    this.parameters(type);
    const parameters = this.text.slice(end) + behind;
    if (returns) this.right(returns);
    this.add(behind);
    this.args = outer;
    // The outermost one is written last.
    this.function = { path: this.text.slice(start, end), parameters };
  }

  /** References to references are one (ISO C++ 9.3.4.3). */
  private collapsed(node: Node & { k: 'pointer' | 'memberPointer' }): {
    readonly to: Node;
    readonly sign: string;
  } {
    if (node.k === 'memberPointer') return { to: node.to, sign: '' };
    let { to, sign }: { to: Node; sign: string } = node;
    for (;;) {
      const target = this.resolved(to);
      if (++this.steps > STEP_LIMIT) throw new Unreadable();
      if (sign === '*' || target.k !== 'pointer' || target.sign === '*') return { to, sign };
      if (target.sign === '&') sign = '&';
      ({ to } = target);
    }
  }

  private pointer(node: Node & { k: 'pointer' }): void {
    const { to, sign } = this.collapsed(node);
    this.left(to);
    this.open(to);
    this.add(sign);
  }

  private isOutward(node: Node): boolean {
    const target = this.resolved(node);
    if (target.k === 'qualified') return this.isOutward(target.of);
    return target.k === 'array' || target.k === 'function';
  }

  /** What winds outwards has its pointer in parentheses. */
  private open(node: Node): void {
    if (!this.isOutward(node)) return;
    this.add(/[ (*]/.test(this.last) ? '(' : ' (');
  }

  private hasRight(node: Node): boolean {
    if (++this.steps > STEP_LIMIT) throw new Unreadable();
    const type = this.resolved(node);
    switch (type.k) {
      case 'array':
      case 'function':
        return true;
      case 'qualified':
      case 'suffixed':
        return this.hasRight(type.of);
      case 'pointer':
      case 'memberPointer':
        return this.hasRight(type.to);
      default:
        return false;
    }
  }

  /** Qualifiers that a type has already are not written twice. */
  private wordsOf(words: string, of: Node): string {
    const inner = this.resolved(of);
    if (inner.k !== 'qualified') return words;
    return words
      .split(/(?= )/)
      .filter((word) => !inner.words.includes(word))
      .join('');
  }

  /** What a constructor of that class is called. */
  private ownName(node: Node): string {
    let at = this.resolved(node);
    for (;;) {
      if (++this.steps > STEP_LIMIT) throw new Unreadable();
      // A class without a name has its constructors called like what it is in.
      if (at.k === 'in' && isUnnamed(at.name)) at = this.resolved(at.scope);
      else if (at.k === 'in' || at.k === 'template' || at.k === 'tagged') at = this.resolved(at.name);
      else if (at.k === 'short') at = at.full;
      else break;
    }
    const inner = new Printer();
    inner.args = this.args;
    inner.inLambda = this.inLambda;
    inner.steps = this.steps;
    inner.depth = this.depth;
    inner.print(at);
    return inner.text;
  }

  lengthOf(node: Node): number | undefined {
    return this.packIn(node, 0);
  }

  private expansion(of: Node): void {
    const count = this.packIn(of, 0);
    if (count === undefined) {
      printOperand(this, of);
      return this.add('...');
    }
    const was = this.item;
    for (let n = 0; n < count; n++) {
      this.item = n;
      if (n > 0) this.add(', ');
      this.print(of);
    }
    this.item = was;
  }

  /** How many a pack in a pattern has. */
  private packIn(node: Node, depth: number): number | undefined {
    if (++this.steps > STEP_LIMIT || depth > DEPTH_LIMIT) throw new Unreadable();
    if (node.k === 'parameter') {
      const found = this.inLambda ? undefined : this.args[node.index];
      return found?.k === 'pack' ? found.items.length : undefined;
    }
    if (node.k === 'expansion') return undefined;
    for (const value of Object.values(node)) {
      const parts: unknown[] = Array.isArray(value) ? value : [value];
      for (const part of parts) {
        if (typeof part !== 'object' || part === null || !('k' in part)) continue;
        const found = this.packIn(part as Node, depth + 1);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }
}

const isUnnamed = (node: Node): boolean => node.k === 'name' && node.text.startsWith('{unnamed type');

function argumentsOf(node: Node): readonly Node[] {
  let at = node;
  while (at.k === 'in') at = at.name;
  return at.k === 'template' ? at.args : [];
}

/** A name as text, and of a function what it is called without what it returns, and its parameters. */
export interface Printed {
  readonly text: string;
  readonly path?: string;
  readonly parameters?: string;
}

/** @throws Unreadable for what would be too large */
export function print(node: Node): Printed {
  const printer = new Printer();
  printer.print(node);
  if (node.k !== 'encoding') return { text: printer.text };
  return { text: printer.text, ...printer.function };
}
