/** Types as gdb's ptype shows them, by both compilers; and where their parts lie, as the compiler has it. */
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../symbols/testing/fixtures.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';
import { layoutOf, type LayoutWords } from './type-layout.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const TYPES = [
  ...[
    'foo_t',
    'struct foo',
    'pointer',
    '*pointer',
    'many',
    'view',
    'either',
    'union either',
    'outer',
    'outer.n',
  ],
  ...['struct outer', 'struct bits', 'empty', 'sign', 'enum signs', 'enum color', 'untagged', 'untagged_t'],
  ...[
    'handler',
    '*handler',
    'handler_t',
    'bare',
    'bare.where',
    'fixed',
    'truth',
    'wide',
    'rows',
    '*rows',
    'u32',
  ],
  ...[
    'work',
    '&work',
    'view->in',
    'view->next',
    'view->call',
    'view->grid',
    'view->chain',
    'view->many',
    'int',
  ],
  ...[
    'view->text',
    'view->unknown',
    'struct foo **',
    'const struct bits',
    'int (*)(u32, view_t)',
    'char[3]',
    'void *',
  ],
  ...['foo_t[2][3]', '1 + 2.0', 'view->a', '&view->a', 'outer.b.d'],
];
const WORDS: LayoutWords = {
  empty: '<no data fields>',
  incomplete: '<incomplete type>',
  more: '…',
  hole: (bits) => `hole ${bits}`,
  padding: (bits) => `padding ${bits}`,
};

/** gdb writes the words of integer types in an order of its own. */
const plain = (text: string) =>
  text
    .replace(/\blong long unsigned int\b/g, 'unsigned long long')
    .replace(/\blong long int\b/g, 'long long')
    .replace(/\bshort int\b/g, 'short')
    .replace(/\blong int\b/g, 'long')
    .replace(/\blong unsigned int\b/g, 'unsigned long')
    .replace(/[ \t]+$/gm, '');

const VARIANTS = [
  ['gcc', '-O0', 4],
  ['clang', '-O0', 5],
  ['gcc', '-O2', 5],
] as const;

describe.each(VARIANTS)('%s %s DWARF %i', (compiler, level, version) => {
  const build = () => {
    const built = workbench.stop(compiler, level, version, [], { sources: ['layouts.c'] });
    const lines = async (text: string, places: boolean) => {
      const frame = (await built.program.frames()).find(({ name }) => name === 'work')!;
      return layoutOf(await built.program.inspection.typeOf(text, frame), places, WORDS);
    };
    return { ...built, lines };
  };

  it('shows what gdb shows', async () => {
    const { path, lines } = build();
    const asked = TYPES.flatMap((text) => ['-ex', `ptype ${text}`]);
    const answers = run('gdb', ['-nx', '-batch', ...asked, path])
      .split(/^type = /m)
      .slice(1);
    expect(answers).toHaveLength(TYPES.length);
    for (const [n, text] of TYPES.entries()) {
      const ours = (await lines(text, false)).map((line) => '    '.repeat(line.depth) + line.text).join('\n');
      expect(`${text}: ${plain(ours)}`).toBe(`${text}: ${plain(answers[n]!.trimEnd())}`);
    }
  });

  it('shows places, also of what is inside, and what lies between', async () => {
    const { lines } = build();
    const rows = (await lines('struct outer', true)).map(({ depth, text, place }) => {
      const bit = place?.bit === undefined ? '' : `:${place.bit}`;
      return `${place ? `${place.offset}${bit} ${place.size}` : ''}|${'  '.repeat(depth)}${plain(text)}`;
    });
    expect(rows).toEqual([
      '|struct outer {',
      '0 1|  char c;',
      '|  hole 24',
      '4 8|  struct bits {',
      '4:0 4|    unsigned int a : 1;',
      '|    hole 3',
      '4:4 4|    unsigned int b : 12;',
      '|    hole 16',
      '8:0 4|    unsigned int c : 20;',
      '|    hole 4',
      '11 1|    char d;',
      '|  } b;',
      '12 8|  struct {',
      '12 1|    char k;',
      '|    hole 8',
      '14 2|    short m;',
      '|  } n[2];',
      '|}',
    ]);
  });
});

describe('a class of C++', () => {
  const lines = async (text: string, places: boolean) => {
    const { program } = workbench.stop('gcc', '-O0', 4, [], {
      ...{ sources: ['bases.cc'], flags: ['-fno-exceptions', '-fno-rtti'] },
    });
    const frame = (await program.frames()).find(({ name }) => name.startsWith('work'))!;
    const shown = layoutOf(await program.inspection.typeOf(text, frame), places, WORDS);
    return shown.map(({ depth, text: line, place }) => `${place?.offset ?? ''}|${'  '.repeat(depth)}${line}`);
  };

  it('has its base classes in its head', async () => {
    expect(await lines('struct X', false)).toEqual(['|struct X : L, R {', '|  int x;', '|}']);
  });

  it('shows where they lie, but of a virtual one, which only an object knows', async () => {
    expect(await lines('struct P', true)).toEqual([
      '|struct P : kernel::B {',
      '0|  struct kernel::B : kernel::A {',
      '0|    struct kernel::A {',
      '0|      int a;',
      '|      static int count;',
      '|      static const int fixed;',
      '|    };',
      '4|    int b;',
      '8|    int both;',
      '|  };',
      '12|  int p;',
      '|}',
    ]);
    expect(await lines('struct L', true)).toEqual([
      '|struct L : V {',
      '|  virtual V;',
      '0|  __vtbl_ptr_type *_vptr.L;',
      '4|  int l;',
      '8|  int hidden;',
      '|  padding 64',
      '|}',
    ]);
  });
});
