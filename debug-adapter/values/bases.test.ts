/** Base classes that a class has more than once, and static members: which are ambiguous, and what the others are, as gdb has it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { translate } from '../conditions/translate.ts';
import { compile } from './check.ts';
import { ours } from './testing/answers.ts';
import { assigned, compare, known, rowsOf, scopeOf, writable } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const WORK = `
d.a
d.b
d.both
d.kernel::B::a
d.kernel::C::a
d.kernel::B::a
d.kernel::A::a
d.kernel::B::both
&d.kernel::C::both
d.d
d.total
at->total
at->a
at.total + 1
&d.total
d.self
d.self->total
d.self->d
d.self->kernel::C::a
d.self->self->d
d.list
d.list[1].a
&at->list[1]
(int)sizeof d.list
d.nothing
at->nothing
e.a
e.d
e.total
e.count
e.kernel::B::a
e.kernel::C::both
e.kernel::D::d
p.a
p.count
&p.count
p.fixed
p.both
x.v
x.r
x.l
x.L::hidden
x.R::r
x.V::hidden
y.v
y.hidden
y.N::v
y.V::v
y.m
z.v
w.a
w.b
w.P::a
w.Q::a
w.Q::both
w.kernel::B::b
w.p + w.q
kernel::D::total
kernel::A::count
`
  .trim()
  .split('\n');

/** In gdb a reinterpret_cast moves a pointer as well, which it does not in C++. */
const CASTS = `
(kernel::B *)at
(kernel::C *)at
((kernel::C *)at)->a
((kernel::C *)at)->c
*(kernel::C *)at
(kernel::C)d
((kernel::C)d).a
(kernel::A *)at
(kernel::A *)(kernel::C *)at
(kernel::D *)(kernel::C *)at
((kernel::D *)(kernel::C *)at)->d
(kernel::E *)(kernel::C *)&e
((kernel::E *)(kernel::C *)&e)->e
(kernel::C *)&e
(kernel::C *)(kernel::D *)0
(kernel::D *)(kernel::C *)0
static_cast<kernel::C *>(at)->both
(const kernel::C *)at
((volatile kernel::C *)at)->both
(kernel::C *)(void *)at
(kernel::C *)(unsigned)at
(unsigned)(kernel::C *)at
(V *)&x
((V *)&x)->v
((V)x).hidden
(R *)&x
((R *)&x)->r
(V *)(R *)&x
(X *)(R *)&x
((X *)(R *)&x)->x
(M *)&y
(N *)&y
(V *)(N *)&y
(V *)(M *)&y
(V *)&y
(kernel::B *)&w
(Q *)&w
((kernel::B *)(Q *)&w)->a
(kernel::A *)(Q *)&w
(P *)at
(kernel::D *)&p
(int *)at
`
  .trim()
  .split('\n');

const RUN = ['total', 'self->d', 'list[1].a', 'd', 'b', 'B::a', 'this->total', 'this->a', 'this->C::a'];
const WRITES = [
  'd.total = 8',
  'at->self->total += 2',
  'kernel::D::total',
  'd.kernel::C::a = 61',
  'e.kernel::C::a',
  'd.list[0].a = 3',
  'd.a = 1',
];

const VARIANTS = [
  ['gcc', '-O0', 4],
  ['gcc', '-O0', 5],
  ['clang', '-O0', 4],
  ['clang', '-O0', 5],
] as const;

describe.each(VARIANTS)('%s %s DWARF %i', (compiler, level, version) => {
  const stop = (texts: readonly string[], frame = 'work') =>
    workbench.stop(compiler, level, version, texts, {
      ...{ sources: ['bases.cc'], flags: ['-fno-exceptions', '-fno-rtti'], frame },
    });

  it('has what gdb has, and refuses what is ambiguous', async () => {
    const built = stop(WORK);
    const { mine, theirs } = await compare(built, await scopeOf(built), WORK);
    expect(mine).toEqual(theirs);
    expect(known(theirs).length).toBeGreaterThan(40);
  });

  it('moves pointers that are cast', async () => {
    const built = stop(CASTS);
    const { mine, theirs } = await compare(built, await scopeOf(built), CASTS);
    expect(mine).toEqual(theirs);
    expect(known(theirs).length).toBeGreaterThan(30);
  });

  it('has them in a method', async () => {
    const built = stop(RUN, 'run');
    const { mine, theirs } = await compare(built, await scopeOf(built, 'run'), RUN);
    expect(mine).toEqual(theirs);
    expect(known(theirs).length).toBeGreaterThan(5);
  });

  it('writes static members', async () => {
    const built = stop(WRITES);
    const { mine, theirs } = assigned(await compare(built, writable(await scopeOf(built)), WRITES));
    expect(mine).toEqual(theirs);
  });
});

describe('beyond gdb', () => {
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    const subject = { sources: ['bases.cc'], flags: ['-fno-exceptions', '-fno-rtti'] };
    built = workbench.stop('gcc', '-O0', 5, [], subject);
  });
  const say = async (text: string, frame = 'work') => {
    const scope = await scopeOf(built, frame);
    return built.program.memory.compute(() => ours(scope, text));
  };

  it.each([
    ['d.C::a', '60'],
    ['e.D::total', '7'],
    // Gdb says that these are ambiguous: in C++ a static member is one, and a class hides what its virtual base classes have.
    ['d.count', '42'],
    ['d.fixed', '9'],
    ['at->count', '42'],
    ['e.D::count', '42'],
    ['x.hidden', '13'],
    ['z.hidden', '13'],
    ['d.B::count', '42'],
    ['d.B::A::a', '50'],
    ['d.kernel::C::kernel::A::a', '60'],
    ['e.D::B::A::a', '1'],
    ['y.M::v', '22'],
    ['(unsigned)(kernel::C *)at - (unsigned)reinterpret_cast<kernel::C *>(at)', '12'],
    ['((kernel::C *)(kernel::D *)0) == 0', '1'],
  ])('has %s', async (text, integer) => {
    expect(await say(text)).toMatchObject({ integer });
  });

  it.each([
    ['d.a', 'several base classes'],
    ['d.A::a', 'several base classes'],
    ['y.v', 'several base classes'],
    ['w.B::b', 'several base classes'],
    ['&d.fixed', 'address'],
    ['d.B::C::a', 'no base class'],
    ['(kernel::A *)at', 'more than once'],
    ['(kernel::A)d', 'more than once'],
    ['(X *)(V *)&x', 'virtual base class'],
    ['(kernel::E)d', 'Only numbers and pointers'],
  ])('says why %s has no value', async (text, words) => {
    expect((await say(text)).error).toContain(words);
  });

  it('moves pointers that are assigned', async () => {
    const scope = writable(await scopeOf(built));
    const answer = (text: string) => built.program.memory.compute(() => ours(scope, text));
    const offset = 'at->self = (kernel::D *)0, (unsigned)(at->self = (kernel::C *)at) - (unsigned)at';
    expect(await answer(offset)).toMatchObject({ integer: '0' });
  });

  it('moves pointers of conditions where the machine runs', async () => {
    const scope = await scopeOf(built);
    const text = '(kernel::C *)(kernel::D *)$eax';
    const eax = { kind: 'register', name: 'eax' };
    const moved = await built.program.memory.compute(() =>
      translate(compile(text, scope).root, () => undefined),
    );
    expect(moved).toMatchObject({
      ...{ kind: 'select', no: eax, test: { operator: '!=', left: eax, right: { value: 0 } } },
      yes: { operator: '+', left: eax, right: { value: 12 } },
    });
    const throughTable = '(V *)(X *)$eax';
    expect(translate(compile(throughTable, scope).root, () => undefined)).toBeUndefined();
  });

  it('says in a method, too, that a member is ambiguous', async () => {
    expect((await say('a', 'run')).error).toContain('several base classes');
  });

  it('names every row so that it can be found again', async () => {
    const { inspection } = built.program;
    const unfold = async (from: Awaited<ReturnType<typeof rowsOf>>, name: string) => {
      const { variablesReference } = from.find((row) => row.name === name)!;
      return inspection.variables({ variablesReference });
    };
    const parts = await unfold(await rowsOf(built), 'd');
    for (const [base, value] of [
      ['kernel::B', '50'],
      ['kernel::C', '60'],
    ] as const) {
      const row = (await unfold(await unfold(parts, base), 'kernel::A')).find(({ name }) => name === 'a')!;
      expect(row.value).toBe(value);
      expect(await say(row.evaluateName!)).toMatchObject({ integer: value });
    }
  });
});
