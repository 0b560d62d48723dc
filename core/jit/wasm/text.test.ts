import { expect, it } from 'vitest';
import { Code } from './code.ts';
import { Op, Type } from './opcodes.ts';
import { wasmText } from './text.ts';

it('shows a body as text', () => {
  const code = new Code(1);
  const out = code.block();
  code.get(0);
  code.memory(Op.i32Load8U, 12);
  code.branchIf(out);
  code.const64(-1, 1);
  code.op(Op.i32WrapI64);
  code.if(Type.i32);
  code.const(-5);
  code.else();
  code.const(70_000);
  code.end();
  code.op(Op.drop);
  code.end();
  expect(wasmText(code.bytes.view())).toEqual([
    'block',
    '  local.get 0',
    '  i32.load8_u offset=12',
    '  br_if 0',
    '  i64.const 8589934591',
    '  i32.wrap_i64',
    '  if (result i32)',
    '    i32.const -5',
    '  else',
    '    i32.const 70000',
    '  end',
    '  drop',
    'end',
  ]);
});
