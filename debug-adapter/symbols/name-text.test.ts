import { describe, expect, it } from 'vitest';
import { componentsOf, sameComponent, spelled, wantedFunction, withoutArguments } from './name-text.ts';

describe('a name', () => {
  it.each([
    ['a::b::c', ['a', 'b', 'c']],
    ['::f', ['', 'f']],
    ['R<a::b, 3>::In', ['R<a::b, 3>', 'In']],
    ['R<S<int>>::operator<', ['R<S<int>>', 'operator<']],
    ['A::operator()', ['A', 'operator()']],
    ['A::operator->', ['A', 'operator->']],
    ['A::operator<<', ['A', 'operator<<']],
    ['A::operator<=>', ['A', 'operator<=>']],
    ['std::operator<< <char>', ['std', 'operator<< <char>']],
    ['a::(anonymous namespace)::f', ['a', '(anonymous namespace)', 'f']],
    ['core::option::Option<&[u8]>::map', ['core', 'option', 'Option<&[u8]>', 'map']],
    ['rust::{impl#0}::run', ['rust', '{impl#0}', 'run']],
    ['operators::x', ['operators', 'x']],
    ['a::b<', ['a', 'b<']],
  ])('%s has its components', (text, components) => {
    expect(componentsOf(text)).toEqual(components);
  });

  it.each([
    ['f(int)', [], 'f', '(int)'],
    ['a::R<int>::get() const', ['a', 'R<int>'], 'get', '() const'],
    ['operator()', [], 'operator()', undefined],
    ['A::operator()(int, char) const', ['A'], 'operator()', '(int, char) const'],
    ['operator+', [], 'operator+', undefined],
    ['operator int', [], 'operator int', undefined],
    ['run(void (*)(int), long)', [], 'run', '(void (*)(int), long)'],
    ['a::(anonymous namespace)::f(int)', ['a', '(anonymous namespace)'], 'f', '(int)'],
    ['(anonymous namespace)', [], '(anonymous namespace)', undefined],
    ['::f', [''], 'f', undefined],
    ['f(', [], 'f(', undefined],
  ])('%s is a function with its parameters apart', (text, scope, name, parameters) => {
    expect(wantedFunction(text)).toEqual({ scope, name, parameters });
  });

  it.each([
    ['Ring<int, 3>', 'Ring<int,3>'],
    ['Ring<int, 3u>', 'Ring<int, 3>'],
    ['R<S<int> >', 'R<S<int>>'],
    ['fn<long unsigned int>', 'fn<unsigned long>'],
    ['fn<unsigned int>', 'fn<unsigned>'],
    ['(char const *)', '(const char*)'],
    ['(unsigned int const &)', '(const unsigned &)'],
    ['(a::R<int> const &)', '(const a::R<int>&)'],
    ['(struct task *)', '(task *)'],
  ])('%s is the same as %s', (one, other) => {
    expect(spelled(one)).toBe(spelled(other));
  });

  it.each([
    ['(int *const)', '(const int *)'],
    ['fn<unsigned int>', 'fn<unsigned char>'],
    ['fn<long int>', 'fn<int>'],
  ])('%s is not %s', (one, other) => {
    expect(spelled(one)).not.toBe(spelled(other));
  });

  it('may leave out the arguments of a template, but has all or none', () => {
    expect(sameComponent('Ring<int, 3>', 'Ring')).toBe(true);
    expect(sameComponent('Ring', 'Ring<int, 3>')).toBe(false);
    expect(sameComponent('Ring<int, 3>', 'Ring<int, 4>')).toBe(false);
    expect(withoutArguments('operator<')).toBe('operator<');
    expect(withoutArguments('operator<< <char>')).toBe('operator<<');
    expect(withoutArguments('<lambda(int)>')).toBe('<lambda(int)>');
  });

  it.each(['a', 'a<', '<a>', '>', 'int const ', 'unsigned ', 'operator<', '(', '::'])(
    'of %s many times over is read to its end',
    (piece) => {
      const text = piece.repeat(4000 / piece.length);
      expect(componentsOf(text).join('::').length).toBeLessThanOrEqual(text.length);
      expect(wantedFunction(text).name.length).toBeLessThanOrEqual(text.length);
      expect(spelled(text).length).toBeLessThanOrEqual(text.length + 2000);
    },
  );
});
