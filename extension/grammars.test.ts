/** The grammars of syntaxes/, read by the engine that VS Code uses. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import { beforeAll, describe, expect, it } from 'vitest';
import { KEYS } from '../core/coop/config/keys.ts';
import { NETWORK_CHOICES } from '../core/coop/config/network.ts';
import { COLORS } from '../core/coop/config/values.ts';
import { TRANSITION_KINDS } from '../core/protocol/debug-protocol.ts';
import { grammars } from './contributes/languages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const load = createRequire(import.meta.url);
let registry: textmate.Registry;

beforeAll(async () => {
  await oniguruma.loadWASM(readFileSync(load.resolve('vscode-oniguruma/release/onig.wasm')));
  registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: (scopeName) => {
      const { path } = grammars.find((grammar) => grammar.scopeName === scopeName)!;
      return Promise.resolve(textmate.parseRawGrammar(readFileSync(root + path, 'utf8'), path));
    },
  });
});

/** The innermost scope of each piece that is no blank, without the ending of the language: `text scope`. */
async function scopes(scopeName: string, source: string): Promise<string[]> {
  const grammar = (await registry.loadGrammar(scopeName))!;
  const found: string[] = [];
  let state = textmate.INITIAL;
  for (const line of source.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes: all } of tokens) {
      const text = line.slice(startIndex, endIndex).trim();
      const scope = all.length === 1 ? '' : all.at(-1)!.replace(/\.(gas|colinux-\w+)$/, '');
      if (text !== '') found.push(`${text} ${scope}`.trim());
    }
    state = ruleStack;
  }
  return found;
}

describe('configurations', () => {
  const config = (source: string) => scopes('source.colinux-config', source);

  it('has every key of the table, and every word of its values', async () => {
    for (const [name, key] of Object.entries(KEYS)) {
      const shown = 'units' in key ? `${name}0` : name;
      expect(await config(`${shown}=x`)).toContain(`${shown} keyword.other.key`);
    }
    for (const { text } of NETWORK_CHOICES) {
      const [first] = text.split(',');
      expect(await config(`eth0=${first},x`)).toContain(`${first} support.constant.network`);
    }
    for (const color of COLORS)
      expect(await config(`color=${color},${color}`)).toContain(`${color} support.constant.color`);
  });

  it('tells keys, quoted paths, access, includes, words of the kernel and comments apart', async () => {
    expect(await config('cobd1="swap space.img",cow @disks.conf root=/dev/cobd0 ro # disks=0')).toEqual([
      'cobd1 keyword.other.key',
      '= keyword.operator.assignment',
      '" string.quoted.double',
      'swap space.img string.quoted.double',
      '" string.quoted.double',
      ', punctuation.separator',
      'cow storage.modifier.access',
      '@ keyword.control.include',
      'disks.conf string.unquoted.path',
      'root variable.parameter.kernel',
      '= keyword.operator.assignment',
      '/dev/cobd0',
      'ro variable.parameter.kernel',
      '# disks=0 comment.line.number-sign',
    ]);
  });

  it('ends a word at its blank, and a quote at its line', async () => {
    expect(await config('kernel="a\nmem=64')).toContain('64 constant.numeric');
    expect(await config('kernel=a#b mem=64')).toContain('a#b string.unquoted');
  });
});

describe('GNU assembly', () => {
  const gas = (source: string) => scopes('source.gas.i386', source);

  it.each([
    ['\tmovl %eax, 4(%esp,%ebx,2)', ['movl keyword.mnemonic', '%eax variable.language.register']],
    ['1:\trep; movsb', ['1 entity.name.function.label', 'movsb keyword.mnemonic']],
    ['\tlock cmpxchgl %ecx, (%edx)', ['lock storage.modifier.prefix', 'cmpxchgl keyword.mnemonic']],
    ['\tjne 1b', ['jne keyword.control.flow', '1b constant.numeric']],
    ['\tlidt idt_pointer', ['lidt keyword.other.privileged', 'idt_pointer variable.other']],
    ['\tfxsave in # in is a symbol', ['fxsave keyword.mnemonic', 'in variable.other']],
    ['\tpshufd $0x1b, %xmm0, %xmm1', ['pshufd keyword.mnemonic', '%xmm1 variable.language.register']],
    ['SIZE = 4096', ['SIZE variable.other.constant']],
    ['\tTRAP_ESP', ['TRAP_ESP entity.name.function.macro']],
    ['.macro push_all from, to=3', ['push_all entity.name.function.macro', 'from variable.parameter.macro']],
    ['\tpushl \\from', ['\\from variable.parameter.macro']],
    [
      '\t.type f, @function',
      ['.type keyword.other.directive', 'f entity.name.function', '@function storage.type.section'],
    ],
    ['\t.cfi_escape 0x16, 4', ['.cfi_escape keyword.other.directive', '0x16 constant.numeric']],
    ['\t.asciz "a\\n" // say', ['\\n constant.character.escape', '// say comment.line.double-slash']],
    ['# a comment', ['# a comment comment.line.number-sign']],
    [
      '#if defined(X) && 1',
      ['#if keyword.control.directive.conditional', 'defined keyword.operator.defined'],
    ],
    ['#include <colinux/abi.h>', ['<colinux/abi.h> string.quoted.other.include']],
  ])('%s', async (line, expected) => {
    expect(await gas(line)).toEqual(expect.arrayContaining(expected));
  });

  it('keeps comments and definitions of several lines together', async () => {
    expect(await gas('/* a\nmovl b */\nret')).toEqual([
      '/* comment.block',
      'a comment.block',
      'movl b comment.block',
      '*/ comment.block',
      'ret keyword.control.flow',
    ]);
    expect(await gas('#define TWO \\\n\tnop ; \\\n\tret\nhlt')).toContain('hlt keyword.control.flow');
  });
});

describe('listings', () => {
  const listing = (source: string) => scopes('source.colinux-listing', source);

  it('has labels, places in sources, addresses, bytes and instructions', async () => {
    const text = 'kmain:\n# /k/main.c:12\n0xc0100000  e8 01 00 00 00            call 0xc0100006 <printk+0x2>';
    expect(await listing(text)).toEqual(
      expect.arrayContaining([
        'kmain entity.name.function.label',
        '/k/main.c:12 markup.underline.link',
        '0xc0100000 constant.numeric.address',
        'e8 01 00 00 00 comment.bytes',
        'call keyword.control.flow',
        'printk+0x2 entity.name.function',
      ]),
    );
  });

  it('has records of transitions of every kind, and of switches', async () => {
    for (const kind of TRANSITION_KINDS)
      expect(await listing(`4711  ${kind} 0x21  ring 3 → 0  0x0008:0xc0100000 <f>`)).toEqual(
        expect.arrayContaining([
          `${kind} keyword.control.transition`,
          'ring 3 storage.modifier.ring',
          'f entity.name.function',
        ]),
      );
    expect(await listing('12  host kernel → guest 0 (a.elf)  CO_OPERATION_IDLE  0x00000001')).toContain(
      'CO_OPERATION_IDLE support.constant.operation',
    );
  });
});
