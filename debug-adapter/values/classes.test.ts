/** Kernels in C++ by their names: templates, overloads, operators, base classes; where breakpoints on them go, and what is called so in expressions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gdb } from '../symbols/testing/fixtures.ts';
import { completeExpression } from './completion.ts';
import { ours } from './testing/answers.ts';
import { compare, known, rowsOf, scopeOf } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const EXPRESSIONS = `
array
array.items[1]
&array.items[2]
pairs.items[1].first
pairs.items[0].second
vector.first[1]
vector.used
some.value
some.has
none.has
unique.owned->key
unique.owned->next->key
fixed.own
referred[2]
&referred[1]
(int)sizeof referred
*pointer
*through
through[2]
&through
node.key
node.next->next->key
temporary
temporary + 1
*member => 1 / 0
local.inner
device.tag
device.mode
device.mode == kernel::Device::Mode::On ? 1 : 2
device.port.base
&device.port
(kernel::Device::Port *)&device.port
((kernel::Device::Port *)&device.port)->base
device.left
device.right
device.name
*device.name
&device.name
left.name
&left.left
left.left
(kernel::Device::Mode)3
(kernel::Array<int, 3> *)&array
((kernel::Array<int,3> *)&array)->items[2]
((kernel::Pair<int, char> *)pairs.items)[1].first
(kernel::Optional<long> *)&some
(int)sizeof(kernel::Array<kernel::Pair<int, char>, 2>)
(int)sizeof(kernel::Device)
(int)sizeof(kernel::Vector<int>)
(int)(a < b)
(int)(a < b > c)
(int)((a < b) > c)
(int)(a<b)
kernel::twice<int>
kernel::twice<long>
kernel::twice<double>
*kernel::twice<int>
&kernel::twice<int>
kernel::Device::count
&kernel::Device::count
kernel::Device::~Device => 'kernel::Device::~Device()'
kernel::Left::kind => 'kernel::Left::kind() const'
kernel::Named::kind => 'kernel::Named::kind() const'
kernel::Array<int, 3>::operator[] => 'kernel::Array<int, 3>::operator[](int)'
kernel::Unique<kernel::Node>::operator->
kernel::Fixed<unsigned int, 3>::get => 'kernel::Fixed<unsigned int, 3u>::get() const'
kernel::Vector<int>::at
kernel::Vector<int>::size
kernel::versioned => kernel::v1::versioned
kernel::v1::versioned
kernel::hidden
single
single_of_many(int) => 'single_of_many(int)'
single_of_many(const char *) => 'single_of_many(const char*)'
kernel::Device::kind(char) const => 'kernel::Device::kind(char) const'
kernel::Device::kind(int) const => 'kernel::Device::kind(int) const'
kernel::total
::single
nodes[1].key
work::words[1]
kernel::nowhere<int>
kernel::twice<short>
kernel::Device::nothing
kernel::Array<int, 4>::operator[]
`
  .trim()
  .split('\n')
  .map((line) => {
    const [mine, theirs = mine!] = line.split(' => ');
    return [mine!, theirs] as const;
  });

/** Where gdb sets breakpoints on a name, we do. */
const PLACES = [
  ...[
    'kernel::Device::kind',
    'Device::kind',
    'kind',
    'kernel::Device::kind(int) const',
    'twice',
    'kernel::twice<int>',
  ],
  ...[
    'twice<long>(long)',
    'kernel::Device::Device',
    'Device::Device(int)',
    'Device::~Device',
    'single_of_many',
  ],
  ...['single_of_many(char const*)', 'single_of_many(int)', 'kernel::operator+', 'operator+', 'hidden'],
  ...['kernel::(anonymous namespace)::hidden(int)', 'kernel::v1::versioned'],
  ...[
    'kernel::Array<int, 3>::operator[]',
    'kernel::Array<int, 3>::operator[](int)',
    'Vector<int>::size() const',
  ],
  ...[
    'kernel::Unique<kernel::Node>::operator->',
    'kernel::Unique<kernel::Node>::operator bool',
    'work',
    '::single',
  ],
  ...[
    '-qualified kind',
    '-qualified kernel::Device::count',
    'nothing_here',
    'kernel::Device::nothing',
    'Named::kind',
  ],
  ...[
    'single(char)',
    'kernel::twice<short>',
    'checkpoint',
    'Left::kind() const',
    'kernel::Vector<int>::at(unsigned int)',
  ],
] as const;

const FLAGS = ['-fno-exceptions', '-fno-rtti'];
const VARIANTS = [
  ['gcc', '-O0', 5],
  ['gcc', '-O1', 4],
  ['clang', '-O0', 4],
  ['clang', '-O0', 5],
] as const;

describe.each(VARIANTS)('%s %s DWARF %i', (compiler, level, version) => {
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    const theirs = EXPRESSIONS.map(([, text]) => text);
    built = workbench.stop(compiler, level, version, theirs, { sources: ['classes.cc'], flags: FLAGS });
  });

  it('has the values, addresses and sizes that gdb has', async () => {
    const { mine, theirs } = await compare(
      built,
      await scopeOf(built),
      EXPRESSIONS.map(([text]) => text),
    );
    expect(mine).toEqual(theirs);
    expect(known(theirs).length).toBeGreaterThan(level === '-O0' ? 68 : 30);
  });

  it('sets breakpoints on a name where gdb sets them', () => {
    const { image } = built;
    const places = gdb(
      image.name,
      PLACES.flatMap((place) => [`break ${place}`, 'info breakpoints', 'delete']),
    );
    const theirs = PLACES.map((place, n) => {
      const found = [...places[3 * n + 1]!.matchAll(/ y +0x([0-9a-f]+) in (?!.*thunk)/g)].map(([, hex]) =>
        Number.parseInt(hex!, 16),
      );
      return [place, found.sort((a, b) => a - b)];
    });
    const mine = PLACES.map((place) => [
      place,
      image.addressesForFunction(place.replace('-qualified ', '::')),
    ]);
    expect(mine).toEqual(theirs);
  });
});

describe('beyond gdb', () => {
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    built = workbench.stop('gcc', '-O0', 5, [], { sources: ['classes.cc'], flags: FLAGS });
  });
  const say = async (text: string) => {
    const scope = await scopeOf(built);
    return built.program.memory.compute(() => ours(scope, text));
  };

  it('names the frames with their scopes, and those of C++ with their parameters', async () => {
    const frames = await built.program.frames();
    expect(frames.slice(0, 5).map(({ name }) => name)).toEqual([
      'checkpoint',
      'work::{lambda}::operator()(int) const',
      'work',
      'kernel::Device::kind(int) const',
      '_start',
    ]);
  });

  it('has virtual base classes where the object says, whatever it is seen as', async () => {
    const rows = await rowsOf(built);
    const parts = async (name: string, from = rows) => {
      const { variablesReference } = from.find((row) => row.name === name)!;
      return built.program.inspection.variables({ variablesReference });
    };
    const left = await parts('left');
    expect(left.map(({ name }) => name)).toEqual(['kernel::Named', '_vptr.Left', 'left']);
    const named = await parts('kernel::Named', left);
    const tag = named.find(({ name }) => name === 'tag');
    expect(tag).toMatchObject({ value: '22', evaluateName: 'left.kernel::Named::tag' });
    expect(await say('left.kernel::Named::tag')).toMatchObject({ integer: '22' });
    expect(await say('device.Named::tag + device.tag')).toMatchObject({ integer: '55' });
    expect(await say('device.Left::left')).toMatchObject({ integer: '1' });
    expect(await say('(&device)->kernel::Right::right')).toMatchObject({ integer: '2' });
    expect(await say('*device.Named::name')).toMatchObject({ integer: String('b'.charCodeAt(0)) });
  });

  it('shows types with their scopes and without a tag', async () => {
    const rows = await rowsOf(built);
    const type = (name: string) => rows.find((row) => row.name === name)?.type;
    expect(type('device')).toBe('kernel::Device &');
    expect(type('pairs')).toBe('kernel::Array<kernel::Pair<int, char>, 2>');
    expect(type('temporary')).toBe('int &&');
    expect(type('through')).toBe('int *&');
    expect(type('referred')).toBe('int (&)[3]');
    expect(type('local')).toBe('work::Local');
    expect(type('member')).toBe('int kernel::Device::*');
  });

  it('finds members of base classes in a method', async () => {
    const scope = await scopeOf(built, 'kind');
    const about = (text: string) => built.program.memory.compute(() => ours(scope, text));
    expect(await about('name == this->name ? 1 : 2')).toMatchObject({ integer: '1' });
    expect(await about('left + right')).toMatchObject({ integer: '3' });
    expect(await about('this->Named::tag')).toMatchObject({ integer: '22' });
  });

  it('binds a name that leaves out what C++ sees through', () => {
    const { image } = built;
    expect(image.addressesForFunction('kernel::hidden')).toEqual(image.addressesForFunction('hidden'));
    expect(image.addressesForFunction('kernel::versioned').length).toBe(1);
    expect(image.addressesForFunction('work::{lambda}::operator()').length).toBe(1);
    expect(image.addressesForFunction('work::Local::get').length).toBe(1);
  });

  it.each([
    ['kernel::Device::kind', 'kernel::Device::kind(int) const, kernel::Device::kind(char) const'],
    ['kernel::twice', 'kernel::twice<int>(int)'],
    ['&single_of_many', 'several functions'],
    ['single_of_many(char)', 'no function "single_of_many" with the parameters (char)'],
    ['device.Nowhere::tag', 'no base class "Nowhere"'],
    ['single(1)', 'Calling functions'],
    ['kernel::twice<int>(1)', 'Calling functions'],
    ['offsetof(kernel::Device, name)', 'different from object to object'],
    ['kernel::', 'name'],
    ['kernel::twice<', 'value is needed'],
  ])('says why %s has no value', async (text, words) => {
    expect((await say(text)).error).toContain(words);
  });

  it('completes names with their scopes', async () => {
    const scope = await scopeOf(built);
    const labels = (text: string) =>
      completeExpression(text, text.length, scope).map(({ label, start }) => `${start} ${label}`);
    expect(labels('1 + kernel::Device::k')).toEqual(['4 kernel::Device::kind']);
    expect(labels('kernel::to')).toEqual(['0 kernel::total']);
    expect(labels('(kernel::De')).toEqual(
      expect.arrayContaining(['1 kernel::Device', '1 kernel::Device::Port']),
    );
  });
});
