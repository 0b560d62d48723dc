/** Kernels in C++: namespaces, classes and their bases, references, methods; gdb has the same registers and memory, and must say the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ours } from './testing/answers.ts';
import { assigned, compare, known, rowsOf, scopeOf, writable } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const WORK = [
  ...[
    'argument',
    'task',
    'task.pid',
    'task.tag',
    'task.name',
    '*task.name',
    '&task',
    '*&task',
    'task.next->pid',
  ],
  ...[
    'task.next == &task ? 1 : 2',
    'task.state',
    'task.state == kernel::State::Running ? 1 : 2',
    'task.ring',
  ],
  ...['task.ring.items[1]', '&task.ring.items[1]', 'task.ring.head', 'task.dirty', 'task.as_int', 'page'],
  ...['page->frame', 'page[1].flags', 'moved', 'moved + 1', '&moved', 'pointer', 'pointer->pid', '*pointer'],
  ...['pointer->next->ring.items[2]', 'base', '&base', 'base.tag', 'alias', 'alias + 1', '&alias', '-alias'],
  ...['&alias == &argument ? 1 : 2', 'state', '(int)state', 'is_set', 'calls', 'work::calls', 'reference'],
  ...['reference + 1', '&reference', 'kernel::counter', 'kernel::mm::counter', 'kernel::hidden'],
  ...['::sink', 'sink', 'kernel::mm::pages[1].frame', '&kernel::mm::pages[1]', 'kernel::mm::Page::total'],
  ...[
    'anonymous',
    'global_state',
    'flag',
    'wide_letter',
    '(int)nothing',
    'kernel::State::Dead',
    '(kernel::State)7',
  ],
  ...[
    '(kernel::State)200 == global_state ? 1 : 2',
    '(kernel::Task *)pointer',
    '((kernel::Task *)&task)->pid',
  ],
  ...['*(kernel::mm::Page *)page', '(u32)pointer', 'static_cast<int>(3.5)', 'reinterpret_cast<u32>(pointer)'],
  ...['const_cast<kernel::Task *>(pointer)->pid', 'work', 'true', 'false'],
  ...['(unsigned)sizeof(kernel::Task)', '(unsigned)sizeof task', '(unsigned)sizeof(class kernel::Task)'],
  ...['(unsigned)sizeof(struct kernel::Named)', '(unsigned)sizeof(kernel::mm::Page)', 'nowhere::counter'],
  ...['kernel::nothing_here', 'task.nothing_here', 'kernel::State::Nothing', '(kernel::Nothing *)0'],
];
const METHOD = [
  ...[
    'this',
    'this->pid',
    'this->ring.items[0]',
    '*this',
    'more',
    'here',
    'pid',
    'ring.head',
    'state',
    'next->pid',
  ],
  ...['kernel::mm::pages[0].frame', 'kernel::counter', '&pid == &this->pid ? 1 : 2'],
];
const WRITES = [
  ...[
    'alias = 7',
    'argument',
    'task.pid += 1',
    'pointer->pid',
    'reference = 12',
    'kernel::counter',
    'moved = 3',
  ],
  ...['kernel::mm::pages[1].flags = 15', 'task.state = kernel::State::Dead', 'kernel::mm::Page::total = -1'],
];

const FLAGS = ['-fno-exceptions', '-fno-rtti'];
const SOURCES = ['plus.cc'];
const VARIANTS = (['gcc', 'clang'] as const).flatMap((compiler) =>
  (
    [
      ['-O0', 4],
      ['-O2', 5],
    ] as const
  ).map(([level, version]) => [compiler, level, version] as const),
);

describe.each(VARIANTS)('%s %s DWARF %i', (compiler, level, version) => {
  const stop = (texts: readonly string[], frame: string) =>
    workbench.stop(compiler, level, version, texts, { sources: SOURCES, flags: FLAGS, frame });

  it.each([
    ['work', WORK, 70],
    ['run', METHOD, 8],
  ] as const)('has in %s the values that gdb has', async (frame, texts, least) => {
    const built = stop(texts, frame);
    const { mine, theirs } = await compare(built, await scopeOf(built, frame), texts);
    expect(mine).toEqual(theirs);
    expect(known(theirs).length).toBeGreaterThan(level === '-O0' ? least : 3);
  });

  it('writes through references as gdb does', async () => {
    const built = stop(WRITES, 'work');
    const { mine, theirs } = assigned(await compare(built, writable(await scopeOf(built)), WRITES));
    expect(mine).toEqual(theirs);
  });
});

describe('what is shown', () => {
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    built = workbench.stop('gcc', '-O0', 5, [], { sources: SOURCES, flags: FLAGS });
  });

  it('is of a reference what it refers to, with its members', async () => {
    const { inspection } = built.program;
    const rows = await rowsOf(built);
    const row = (name: string) => rows.find((one) => one.name === name)!;
    expect(row('alias')).toMatchObject({ value: '114', type: 'int &', variablesReference: 0 });
    const members = await inspection.variables({ variablesReference: row('task').variablesReference });
    const pid = members.find(({ name }) => name === 'pid');
    expect(pid).toMatchObject({ value: '100', evaluateName: 'task.pid' });
  });

  it.each([
    ['task.tag', 'several base classes'],
    ['kernel::Task::run(1)', 'Calling functions'],
    ['overloaded', 'write one of overloaded(double), overloaded(int)'],
    ['pointer->*argument', 'needs a pointer to a member'],
  ])('says why %s has no value', async (text, words) => {
    const scope = await scopeOf(built);
    expect((await built.program.memory.compute(() => ours(scope, text))).error).toContain(words);
  });
});
