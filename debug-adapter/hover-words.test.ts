import { describe, expect, it } from 'vitest';
import { hoverWords } from './hover-words.ts';
import { tell } from '../core/sentences/say.ts';

describe('a hover', () => {
  it.each([
    ['$eflags', '0x00000246', '0x00000246 [PF ZF IF]'],
    ['$cr0', '0x80000001', '0x80000001 [PE PG]'],
    ['$dr6', '0xffff4ff1', '0xffff4ff1 [B0 BS]'],
    ['$dr7', '0x000d0401', '0x000d0401 [L0 R/W0=w LEN0=4]'],
    ['$dr7', '0xf0102694', '0xf0102694 [L1 L2 G3 GE GD R/W1=w LEN1=1 R/W2=x LEN2=1 R/W3=rw LEN3=4]'],
    ['$dr7', '0x00000400', '0x00000400'],
    ['0x202', '514', '514 = 0x00000202, as EFLAGS [IF]'],
    ['0x00103063', '1060963', '1060963 = 0x00103063, as a page-table entry 0x00103063 (P W A D)'],
    ['7', '7', '7 = 0x00000007, as EFLAGS [CF PF]'],
    ['16', '16', '16 = 0x00000010'],
  ])('on %s says more than %s', (expression, value, words) => {
    expect(tell(hoverWords(expression, value)!)).toBe(words);
  });

  it.each([
    ['$eax', '0x00000202'],
    ['task->pid', '3'],
    ['$eflags', '<not saved>'],
    ['0x1ffffffff', '8589934591'],
  ])('on %s has the value alone', (expression, value) => {
    expect(hoverWords(expression, value)).toBeUndefined();
  });
});
