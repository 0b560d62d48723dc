/** What is found in the text of kernels. */
import { describe, expect, it } from 'vitest';
import { constantAt, functionAround, functionLines, operandAt, registersIn, variablesIn } from './in-text.ts';

const expressions = (pieces: readonly { expression: string }[]) => pieces.map(({ expression }) => expression);

describe('in the text of a kernel', () => {
  it('registers of assembly are found, those in comments are not', () => {
    expect(expressions(registersIn('\tmovl %eax, 8(%ebp)   # not %ecx'))).toEqual(['$eax', '$ebp']);
    expect(expressions(registersIn('  mov cr3, eax'))).toEqual(['$cr3', '$eax']);
    expect(expressions(registersIn('fld %st(1) // %ebx'))).toEqual(['$st1']);
    expect(registersIn('call exec')).toEqual([]);
  });

  it('memory operands become expressions', () => {
    const line = '\tmovl 8(%ebp), %eax';
    expect(operandAt(line, line.indexOf('8('))?.expression).toBe('*(int*)($ebp+8)');
    expect(operandAt('movl -4(%esp,%ecx,4), %eax', 6)?.expression).toBe('*(int*)($esp+$ecx*4-4)');
    expect(operandAt('movl table(,%eax,4), %eax', 8)?.expression).toBe('*(int*)($eax*4+(int)&table)');
    expect(operandAt(line, line.indexOf('%eax'))).toBeUndefined();
  });

  it('memory operands with a segment count from where it begins', () => {
    const at = (line: string) => operandAt(line, line.indexOf(':') + 1)?.expression;
    expect(at('\tmovl %fs:0x10, %eax')).toBe('*(int*)($fs_base+0x10)');
    expect(at('movl %gs:4(%eax,%ecx,2), %edx')).toBe('*(int*)($gs_base+$eax+$ecx*2+4)');
    expect(at('movl %eax, %ss:(%ebp)')).toBe('*(int*)($ss_base+$ebp)');
    expect(at('incl %fs:counter')).toBe('*(int*)($fs_base+(int)&counter)');
    expect(operandAt('label: movl $1, %eax', 0)).toBeUndefined();
  });

  it('constants are found where they are no operand and no part of a name', () => {
    expect(constantAt('pushl $0x202', 7)).toEqual({ column: 6, length: 6, expression: '0x202' });
    expect(constantAt('0xc0100030  bc 00 90 10 c0   mov $0xc0109000,%esp', 33)?.expression).toBe(
      '0xc0109000',
    );
    expect(constantAt('movl 8(%ebp), %eax', 5)?.expression).toBe('8');
    for (const line of ['.L12: nop', 'table2', '1: jmp 1b'])
      for (let column = 0; column < line.length; column++) expect(constantAt(line, column)).toBeUndefined();
  });

  it('variables of C are found, with members: no calls, macros, text and comments', () => {
    expect(expressions(variablesIn('    task->next = find(head, LIMIT, "name"); // old'))).toEqual([
      'task->next',
      'head',
    ]);
    expect(expressions(variablesIn('paper.text[paper.length++] = device->ops.read(letter);'))).toEqual([
      'paper.text',
      'paper.length',
      'device->ops',
      'letter',
    ]);
    expect(expressions(variablesIn('größe += maß->länge; übergang(ω.ñ);'))).toEqual([
      'größe',
      'maß->länge',
      'ω.ñ',
    ]);
    expect(expressions(variablesIn("for (int i = 0; i < count; i++) x.y = 'c';"))).toEqual([
      'i',
      'count',
      'x.y',
    ]);
  });

  it('functions of C and labels of assembly begin at their lines', () => {
    const c = [
      'static int add(int a,',
      '               int b)',
      '{',
      '    return a + b;',
      '}',
      'int declared(int a);',
    ];
    expect(functionLines(c, false)).toEqual([0]);
    expect(functionLines(['void kmain(void) {', '    if (x) {', '        call(1);'], false)).toEqual([0]);
    expect(functionLines(['entry:', '.L1:', '    ret', 'next: nop'], true)).toEqual([0, 3]);
  });

  it('the function that a line is in begins at its head, not at that of the one before', () => {
    const text = [
      'int x;',
      'void before(int x)',
      '{',
      '    x++;',
      '}',
      'void here(int x,',
      '    int y)',
      '{',
      '}',
    ];
    expect([0, 3, 5, 7].map((line) => functionAround(text, line))).toEqual([0, 1, 5, 5]);
  });
});
