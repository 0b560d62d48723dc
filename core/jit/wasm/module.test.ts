import { describe, expect, it } from 'vitest';
import { Bytes } from './bytes.ts';
import { Code } from './code.ts';
import { ModuleWriter } from './module.ts';
import { Op, Type } from './opcodes.ts';

const bytes = (write: (to: Bytes) => void) => {
  const to = new Bytes();
  write(to);
  return [...to.view()];
};

describe('numbers of modules', () => {
  // The examples of the DWARF standard and of the LEB128 article.
  it('are unsigned LEB128', () => {
    expect(bytes((to) => to.unsigned(624485))).toEqual([0xe5, 0x8e, 0x26]);
    expect(bytes((to) => to.unsigned(0xffff_ffff))).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
  });
  it('are signed LEB128', () => {
    expect(bytes((to) => to.signed(-123456))).toEqual([0xc0, 0xbb, 0x78]);
    expect(bytes((to) => to.signed(63))).toEqual([63]);
    expect(bytes((to) => to.signed(64))).toEqual([0xc0, 0]);
  });
  it('have 64 bits', () => {
    expect(bytes((to) => to.signed64(-1, -1))).toEqual([0x7f]);
    expect(bytes((to) => to.signed64(0, 0x8000_0000))).toEqual([
      ...(new Array<number>(9).fill(0x80) satisfies number[]),
      0x7f,
    ]);
  });
});

it('bytes are without what is cut out of them', () => {
  const cut = (...ranges: [number, number][]) =>
    bytes((to) => {
      to.append(Uint8Array.of(0, 1, 2, 3, 4, 5, 6));
      to.cut(ranges.map(([from, end]) => ({ from, to: end })));
      to.byte(9);
    });
  expect(cut()).toEqual([0, 1, 2, 3, 4, 5, 6, 9]);
  expect(cut([0, 2], [3, 4], [4, 5])).toEqual([2, 5, 6, 9]);
  expect(cut([1, 1], [5, 7])).toEqual([0, 1, 2, 3, 4, 9]);
});

describe('modules', () => {
  it('compute, branch and call what is imported', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const writer = new ModuleWriter(1);
    const told: number[] = [];
    const tell = writer.importFunction('tell', { parameters: [Type.i32], results: [] });
    const code = new Code(1);
    const sum = code.local();
    const wide = code.local(Type.i64);
    const done = code.block();
    const again = code.loop();
    code.get(0);
    code.op(Op.i32Eqz);
    code.branchIf(done);
    code.get(sum);
    code.get(0);
    code.op(Op.i32Add);
    code.set(sum);
    code.get(0);
    code.const(-1);
    code.op(Op.i32Add);
    code.set(0);
    code.branch(again);
    code.end();
    code.end();
    code.get(sum);
    code.call(tell);
    code.const64(5, 1);
    code.set(wide);
    code.const(0);
    code.get(wide);
    code.memory(Op.i64Store, 16);
    code.get(sum);
    const index = writer.addFunction({ parameters: [Type.i32], results: [Type.i32] }, code);
    writer.exportFunction('run', index);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(writer.finish()), {
      env: { memory, tell: (value: number) => told.push(value) },
    });
    const run = instance.exports.run as (n: number) => number;
    expect(run(100)).toBe(5050);
    expect(told).toEqual([5050]);
    expect([...new Uint32Array(memory.buffer, 16, 2)]).toEqual([5, 1]);
  });

  it('choose among labels', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const writer = new ModuleWriter(1);
    const code = new Code(1);
    const outer = code.block();
    const middle = code.block();
    const inner = code.block();
    code.get(0);
    code.branchTable([inner, middle], outer);
    code.end();
    code.const(10);
    code.op(Op.return);
    code.end();
    code.const(20);
    code.op(Op.return);
    code.end();
    code.const(30);
    writer.exportFunction('pick', writer.addFunction({ parameters: [Type.i32], results: [Type.i32] }, code));
    const module = new WebAssembly.Module(writer.finish());
    const { pick } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    expect([0, 1, 2, 9].map((n) => (pick as (n: number) => number)(n))).toEqual([10, 20, 30, 30]);
  });
});
