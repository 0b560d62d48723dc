/** What may be left out inside of parameters and of template arguments. Where gdb finds functions by a name, these are the ones. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SymbolImage } from './image.ts';
import { gdb, run } from './testing/fixtures.ts';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), 'testing/inside-names.cc');
const FLAGS = '-m32 -O0 -w -std=c++17 -ffreestanding -fno-pie -fno-exceptions -fno-rtti -nostdlib -static';
const LINK = ['-fno-stack-protector', '-Wl,-m,elf_i386', '-Wl,-e,_start', '-Wl,-z,noexecstack'];

/** Names that gdb finds functions by. */
const EXACT = `
over(int, kernel::v2::A *)
over(int, A *)
over(int, ::A *)
over(int, other::A *)
over(unsigned long, const kernel::v2::A &)
over(long unsigned int, kernel::v2::A const&)
over(const unsigned long, const kernel::v2::A&)
over(const kernel::v2::A * const*)
over(kernel::v2::A const*const*)
over(kernel::Ring *)
over(kernel::Ring<kernel::v2::A, 2> *)
framed(unsigned long, kernel::mm::Page*)
framed(kernel::Frame, kernel::mm::Page*)
hidden(kernel::(anonymous namespace)::Hidden *)
calls(int (*)(kernel::v2::A*, unsigned), kernel::v2::A*)
nothing(void (*)(void))
nothing(void (*)())
many(int, ...)
Ring::at
Ring<kernel::Ring<int,2>, 3>::at
Ring<kernel::v2::A, 2>::at(int)
Ring<kernel::mm::Page *, 2>::at
same<A>
same<::A>
same<kernel::v2::A>
same<kernel::v2::A>(kernel::v2::A *)
same<kernel::Ring>
same<kernel::Ring<kernel::Ring<int,2>,3>>
defaults(kernel::Default<int, kernel::mm::Page, 4> *)
Default<int, A, 5>::size
Default::size
array(kernel::v2::A (&) [3])
wide(long long, unsigned long long, short, unsigned char, signed char, long double)
wide(long long int, long long unsigned int, short int, unsigned char, signed char, long double)
mode(kernel::v2::Mode)
changing(volatile kernel::v2::A *, kernel::v2::A volatile const*)
changing(kernel::v2::A volatile*, volatile const kernel::v2::A *)
`
  .trim()
  .split('\n');

/** Names with something left out, and how gdb has to be asked for the same. */
const SHORT = `
over(int, kernel::A *) => over(int, kernel::v2::A *)
over(int, v2::A *) => over(int, kernel::v2::A *)
kernel::over(int, A *) => over(int, kernel::v2::A *)
other::over(int, A *) => over(int, other::A *)
over(int, mm::Page *) => over(int, kernel::mm::Page *)
over(int, Page*) => over(int, kernel::mm::Page *)
over(unsigned long, A const &) => over(unsigned long, kernel::v2::A const&)
over(long unsigned, const kernel::A&) => over(unsigned long, kernel::v2::A const&)
over(A const * const *) => over(kernel::v2::A const* const*)
over(Ring<A, 2> *) => over(kernel::Ring<kernel::v2::A, 2>*)
over(kernel::Ring<mm::Page*, 2>*) => over(kernel::Ring<kernel::mm::Page*, 2>*)
over(Ring*) => over(kernel::Ring*)
framed(Frame, Page *) => framed(unsigned long, kernel::mm::Page*)
hidden(Hidden *) => hidden(kernel::(anonymous namespace)::Hidden *)
hidden(kernel::Hidden *) => hidden(kernel::(anonymous namespace)::Hidden *)
within(kernel::A::In *) => within
within(In *) => within
calls(int (*)(kernel::A*, unsigned), A *) => calls
Ring<Ring<int, 2>, 3>::at => Ring<kernel::Ring<int, 2>, 3>::at
Ring<Ring, 3>::at => Ring<kernel::Ring<int, 2>, 3>::at
Ring<A, 2>::at => Ring<kernel::v2::A, 2>::at
Ring<kernel::A, 2>::at(int) => Ring<kernel::v2::A, 2>::at
Ring<Page *, 2>::at => Ring<kernel::mm::Page *, 2>::at
same<kernel::A> => same<kernel::v2::A>
same<mm::Page>(Page *) => same<kernel::mm::Page>
same<Ring<Ring<int,2>,3> > => same<kernel::Ring<kernel::Ring<int,2>,3>>
array(kernel::A (&)[3]) => array
mode(Mode) => mode
changing(A volatile*, const volatile kernel::A*) => changing
two(A *, A *) => two
two(A *, other::A *) => nowhere
over(int, other::Page *) => nowhere
over(int, kernel::mm::A *) => nowhere
over(int, mm::v2::A *) => nowhere
over(int, ::kernel::Page *) => nowhere
over(int, ::Page *) => nowhere
over(int, const A *) => nowhere
over(unsigned, A &) => nowhere
Ring<A>::at => nowhere
Ring<A, 3>::at => nowhere
Ring<B, 2>::at => nowhere
Default<int, A>::size => nowhere
mode() => nowhere
`
  .trim()
  .split('\n')
  .map((line) => line.split(' => ') as [string, string]);

/** Defaults of templates: gcc tells of all, clang 14 of none that is a type. */
const DEFAULTS = `
defaults(Default<int> *) => defaults
defaults(kernel::Default<int, Page> *) => defaults
Default<int>::size => Default<int, kernel::mm::Page, 4>::size
Default<kernel::A>::size => Default<kernel::v2::A, kernel::mm::Page, 4>::size
Default<int, kernel::mm::Page>::size => Default<int, kernel::mm::Page, 4>::size
`
  .trim()
  .split('\n')
  .map((line) => line.split(' => ') as [string, string]);

const folder = mkdtempSync(join(tmpdir(), 'inside-names-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function build(compiler: string, version: number): SymbolImage {
  const path = join(folder, `${compiler}-${version}`);
  const target = compiler === 'clang++' ? ['--target=i386-linux-gnu'] : [];
  run(compiler, [...target, ...FLAGS.split(' '), ...LINK, `-gdwarf-${version}`, SOURCE, '-o', path]);
  return SymbolImage.open(new Uint8Array(readFileSync(path)), path);
}

/** Where gdb sets breakpoints, by the names it is asked for. */
function askGdb(image: SymbolImage, names: readonly string[]): Map<string, number[]> {
  const asked = [...new Set(names)];
  const commands = asked.flatMap((name) => [`break ${name}`, 'info breakpoints', 'delete']);
  const said = gdb(image.name, commands);
  const places = (text: string) => [...text.matchAll(/ y +0x([0-9a-f]+) in /g)].map(([, hex]) => hex!);
  return new Map(
    asked.map((name, n) => {
      const found = places(said[3 * n + 1]!).map((hex) => Number.parseInt(hex, 16));
      return [name, found.sort((a, b) => a - b)];
    }),
  );
}

const VARIANTS = [
  ['g++', 4],
  ['g++', 5],
  ['clang++', 5],
] as const;

describe.each(VARIANTS)('%s DWARF %i', (compiler, version) => {
  let image: SymbolImage;
  beforeAll(() => {
    image = build(compiler, version);
  });

  const compared = (names: readonly (readonly [string, string])[]) => {
    const places = askGdb(
      image,
      names.map(([, theirs]) => theirs),
    );
    const theirs = names.map(([mine, name]) => [mine, places.get(name)]);
    return { mine: names.map(([name]) => [name, image.addressesForFunction(name)]), theirs };
  };

  it('finds what gdb finds', () => {
    const { mine, theirs } = compared(EXACT.map((name) => [name, name]));
    expect(mine).toEqual(theirs);
    expect(theirs.filter(([, places]) => places!.length === 0)).toEqual([]);
  });

  it('finds what has scopes left out, and nothing that has others', () => {
    const { mine, theirs } = compared(SHORT);
    expect(mine).toEqual(theirs);
    const missing = theirs.filter(([, places]) => places!.length === 0).map(([name]) => name);
    expect(missing).toEqual(SHORT.filter(([, name]) => name === 'nowhere').map(([name]) => name));
  });

  it('takes a type whose arguments leave out scopes', () => {
    const sizes = ['kernel::Ring<A, 2>', 'Ring<kernel::A, 2>', 'kernel::Ring<Ring<int, 2>, 3>'].map(
      (name) => {
        const type = image.findType(name);
        return type?.kind === 'struct' ? type.size : undefined;
      },
    );
    expect(sizes).toEqual([8, 8, 24]);
    expect(image.findType('kernel::Ring<A, 4>')).toBeUndefined();
    expect(image.findType('kernel::Ring')).toBeUndefined();
  });

  it.runIf(compiler === 'g++')("takes a template's defaults for granted, as DWARF tells them", () => {
    const { mine, theirs } = compared(DEFAULTS);
    expect(mine).toEqual(theirs);
  });
});
