/** Sums of coverage, and what LCOV makes of it. What a program has run: test/dap/kernel-tests.test.ts. */
import { describe, expect, it } from 'vitest';
import { conditionalBranches } from './branch-sites.ts';
import { type FileCoverage, mergeCoverage } from './coverage.ts';
import { executedBy } from './executed.ts';
import { lcov } from './lcov.ts';

const branch = { line: 2, branch: 0, reached: true, taken: 1, passed: 3 };
const one: FileCoverage = {
  file: '/b.c',
  lines: [{ line: 2, count: 4 }],
  functions: [{ name: 'f', line: 1, count: 1 }],
  branches: [branch],
};

describe('coverage', () => {
  it('of several runs is their sum, by file, line, function and branch', () => {
    const other: FileCoverage = {
      ...one,
      lines: [
        { line: 2, count: 0 },
        { line: 7, count: 5 },
      ],
      branches: [
        { ...branch, taken: 0 },
        { ...branch, branch: 1, reached: false, taken: 0, passed: 0 },
      ],
    };
    expect(mergeCoverage([[one], [other, { ...one, file: '/a.c' }]])).toEqual([
      { ...one, file: '/a.c' },
      {
        file: '/b.c',
        lines: [
          { line: 2, count: 4 },
          { line: 7, count: 5 },
        ],
        functions: [{ name: 'f', line: 1, count: 2 }],
        branches: [
          { ...branch, passed: 6 },
          { ...branch, branch: 1, reached: false, taken: 0, passed: 0 },
        ],
      },
    ]);
  });

  it('is a tracefile', () => {
    const never = { ...branch, branch: 1, reached: false, taken: 0, passed: 0 };
    expect(lcov([{ ...one, branches: [branch, never] }], 'my kernel')).toBe(`TN:my_kernel
SF:/b.c
FN:1,f
FNDA:1,f
FNF:1
FNH:1
BRDA:2,0,0,1
BRDA:2,0,1,3
BRDA:2,1,0,-
BRDA:2,1,1,-
BRF:4
BRH:2
DA:2,4
LF:1
LH:1
end_of_record
`);
  });

  it('sums the address spaces of a coroutine', () => {
    const space = (coroutine: number, cr3: number, count: number) => ({
      ...{ coroutine, cr3, addresses: Uint32Array.of(8, 9), counts: Float64Array.of(count, 1) },
      ...{ branches: Uint32Array.of(9), taken: Float64Array.of(count), passed: Float64Array.of(2) },
      programs: [],
    });
    const { counts, branches } = executedBy([space(0, 0, 100), space(1, 0, 1), space(1, 0x1000, 10)], 1);
    expect([...counts]).toEqual([
      [8, 11],
      [9, 2],
    ]);
    expect([...branches]).toEqual([[9, { taken: 11, passed: 4 }]]);
  });

  it('finds conditional branches in code, and nothing in bytes that are none', () => {
    // jz +2; nop; jmp +0; jnz near; loop; ret; an invalid opcode; jecxz
    const code = [0x74, 2, 0x90, 0xeb, 0, 0x0f, 0x85, 1, 0, 0, 0, 0xe2, 0xf0, 0xc3, 0xe3, 0];
    expect(conditionalBranches(Uint8Array.from(code), 0x1000)).toEqual([0x1000, 0x1005, 0x100b, 0x100e]);
    expect(conditionalBranches(new Uint8Array(0), 0)).toEqual([]);
  });
});
