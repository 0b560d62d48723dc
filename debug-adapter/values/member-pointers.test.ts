/** Pointers to members of C++: what they lead to, as gdb has it, and how they are shown. */
import { afterAll, describe, expect, it } from 'vitest';
import { ours } from './testing/answers.ts';
import { assigned, compare, known, scopeOf, writable } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const READS = `
task.*pid_of
task.*tag_of
task.*named_tag
task.*local
pointer->*pid_of
pointer->*named_tag
(task.*files_of)[2]
task.*files_of
(task.*inner_of).tag
task.*inner_of
&(task.*inner_of).tag
&(task.*pid_of)
(task.*next_of)->pid
(pointer->*next_of)->*pid_of
task.*next_of
-(task.*pid_of)
task.*pid_of * 2 + 1
(task.*pid_of) & 0xff
(int)sizeof(task.*pid_of)
&task.inner.tag == &(task.*inner_of).tag ? 1 : 2
(&task)->*pid_of
task.*run_of
pointer->*run_of
task.*kind_of
task.*length_of
task.*argument
object->*pid_of
diamond.own
`
  .trim()
  .split('\n');
const WRITES = [
  'task.*pid_of = 7',
  'task.pid',
  'pointer->*named_tag += 2',
  'pointer->tag',
  '(task.*files_of)[1] = 9',
  'task.files[1]',
];

const FLAGS = ['-fno-exceptions', '-fno-rtti', '-fno-threadsafe-statics'];
const SOURCES = ['member-pointers.cc'];

describe.each([
  ['gcc', '-O0', 5],
  ['gcc', '-O2', 4],
  ['clang', '-O0', 5],
  ['clang', '-O2', 4],
] as const)('%s %s DWARF %i', (compiler, level, version) => {
  const stop = (texts: readonly string[]) =>
    workbench.stop(compiler, level, version, texts, { sources: SOURCES, flags: FLAGS });

  it('leads to the members that gdb has', async () => {
    const built = stop(READS);
    const { mine, theirs } = await compare(built, await scopeOf(built), READS);
    expect(mine).toEqual(theirs);
    expect(known(theirs).length).toBeGreaterThan(level === '-O0' ? 20 : 3);
  });

  it('writes to them as gdb does', async () => {
    const built = stop(WRITES);
    const { mine, theirs } = assigned(await compare(built, writable(await scopeOf(built)), WRITES));
    expect(mine).toEqual(theirs);
  });
});

describe('what is shown', () => {
  type Built = ReturnType<typeof workbench.stop>;
  const shownOf = async ({ program }: Built, names: readonly string[]) => {
    const { inspection, frames } = program;
    const frame = (await frames()).find(({ name }) => name === 'work')!;
    const shown: string[] = [];
    for (const name of names)
      shown.push(
        (await inspection.evaluate(name, frame, { hexadecimal: false, context: 'watch' })).body.result,
      );
    return shown;
  };

  const NAMES =
    'pid_of tag_of named_null files_of inner_of next_of kind_of object_kind method_null other_of local'.split(
      ' ',
    );
  it.each(['gcc', 'clang'] as const)('is what gdb shows, of %s', async (compiler) => {
    const built = workbench.stop(compiler, '-O0', 5, NAMES, { sources: SOURCES, flags: FLAGS });
    const shown = await shownOf(built, NAMES);
    expect(shown).toEqual(built.answers.map(({ text }) => text));
    expect(shown).toContain('&virtual kernel::Task::kind(int)');
    expect(shown).toContain('&kernel::Named::tag');
  });

  it('is of a method its address, name and place, and what is added to the address of the object', async () => {
    const built = workbench.stop('gcc', '-O0', 5, [], { sources: SOURCES, flags: FLAGS });
    const [run, length] = await shownOf(built, ['run_of', 'length_of']);
    expect(run).toMatch(/^0x0[0-9a-f]{7} kernel::Task::run\(int\) <member-pointers.cc:\d+>$/);
    expect(length).toMatch(
      /^0x0[0-9a-f]{7} kernel::Named::length\(\) <member-pointers.cc:\d+>, this adjustment 8$/,
    );
  });

  it.each([
    ['task.*other_of', 'is to a member of "kernel::Other": "kernel::Task" is neither'],
    ['task.*argument', 'needs a pointer to a member on its right'],
    ['argument.*pid_of', 'needs an object of a class'],
    ['argument->*pid_of', 'needs a pointer to an object of a class'],
    ['task->*pid_of', 'needs a pointer to an object of a class'],
    ['task.*named_null', 'is null'],
    ['task.*method_null', 'is null'],
    ['(task.*run_of)(1)', 'Calling functions'],
  ])('of %s is why it has no value', async (text, words) => {
    const built = workbench.stop('gcc', '-O0', 5, [], { sources: SOURCES, flags: FLAGS });
    const scope = await scopeOf(built);
    expect((await built.program.memory.compute(() => ours(scope, text))).error).toContain(words);
  });
});
