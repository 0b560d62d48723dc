/** Expressions in types and arguments of templates as text, in the words of binutils and gdb. */
import { type Node, Unreadable } from './nodes.ts';
import { SUFFIXES } from './operators.ts';

/** What writes names. */
export interface Output {
  add(text: string): void;
  print(node: Node): void;
  list(nodes: readonly Node[]): void;
  /** How many items the pack has that a parameter stands for. */
  lengthOf(node: Node): number | undefined;
}

/** An operand, in parentheses unless it is one word. */
export function printOperand(out: Output, node: Node): void {
  const isSimple = node.k === 'name' || node.k === 'in' || node.k === 'braces' || node.k === 'short';
  if (isSimple) return out.print(node);
  out.add('(');
  out.print(node);
  out.add(')');
}

export function printExpression(out: Output, node: Node): void {
  switch (node.k) {
    case 'literal':
      return printLiteral(out, node);
    case 'unary':
      out.add(node.op);
      // The address of a function is that of its name, unless something stands behind its parameters.
      if (
        node.op === '&' &&
        node.of.k === 'encoding' &&
        node.of.name.k === 'in' &&
        node.of.type.behind === ''
      )
        return out.print(node.of.name);
      return printOperand(out, node.of);
    case 'postfix':
      printOperand(out, node.of);
      return out.add(node.op);
    case 'binary': {
      const isGreater = node.op === '>';
      if (isGreater) out.add('(');
      printOperand(out, node.left);
      if (node.op === '[]') {
        out.add('[');
        out.print(node.right);
        return out.add(']');
      }
      out.add(node.op);
      printOperand(out, node.right);
      if (isGreater) out.add(')');
      return;
    }
    case 'conditional': {
      const [condition, one, other] = node.parts;
      printOperand(out, condition);
      out.add('?');
      printOperand(out, one);
      out.add(' : ');
      return printOperand(out, other);
    }
    case 'call':
      printOperand(out, node.what);
      out.add('(');
      out.list(node.args);
      return out.add(')');
    case 'cast':
      out.add(`${node.word}<`);
      out.print(node.type);
      out.add('>(');
      out.print(node.of);
      return out.add(')');
    case 'convert':
      out.add('(');
      out.print(node.type);
      out.add(')');
      if (node.args.length === 1) return printOperand(out, node.args[0]!);
      out.add('(');
      out.list(node.args);
      return out.add(')');
    case 'braces':
      if (node.type) out.print(node.type);
      out.add('{');
      out.list(node.items);
      return out.add('}');
    case 'packLength': {
      const length = out.lengthOf(node.of);
      if (length !== undefined) return out.add(String(length));
      out.add('sizeof...(');
      out.print(node.of);
      return out.add(')');
    }
    case 'word':
      out.add(node.before);
      out.print(node.of);
      return out.add(node.after);
    default:
      throw new Unreadable();
  }
}

function printLiteral(out: Output, { type, letter, value }: Node & { k: 'literal' }): void {
  const isNegative = value.startsWith('n');
  const digits = isNegative ? `-${value.slice(1)}` : value;
  const suffix = SUFFIXES.get(letter);
  if (suffix !== undefined) return out.add(digits + suffix);
  if (letter === 'b' && (value === '0' || value === '1')) return out.add(value === '1' ? 'true' : 'false');
  out.add('(');
  out.print(type);
  out.add(`)${digits}`);
}
