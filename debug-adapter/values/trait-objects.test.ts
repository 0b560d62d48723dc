/** Trait objects and slices of them, of Rust: what they stand for, as gdb has it, and what is no value of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { translate } from '../conditions/translate.ts';
import { compile } from './check.ts';
import { ours } from './testing/answers.ts';
import { compare, known, scopeOf } from './testing/comparison.ts';
import { openWorkbench } from './testing/stop-under-gdb.ts';

const workbench = openWorkbench();
afterAll(() => {
  workbench.dispose();
});

const EXPRESSIONS = `
*one
(*one).side
*other
(*other).radius
(*other).name
*plain
*plain + 1
*raw
*held.shape
(*held.shape).radius
*shapes[0]
(*shapes[1]).radius
*shapes[2]
slice[1]
&slice[1]
*slice[0]
(*slice[1]).radius
*slice[2]
held.all[1]
*held.all[1]
(*held.all[1]).radius
slice[number - 30]
circle.name[1]
slice[-1]
one.side
*number
**one
`
  .trim()
  .split('\n');

describe('rustc 1.95', () => {
  let built: ReturnType<typeof workbench.stop>;
  beforeAll(() => {
    built = workbench.stop('clang', '-O0', 4, EXPRESSIONS, { sources: ['rust-objects.s'] });
  });

  it('has the values that gdb has', async () => {
    const { mine, theirs } = await compare(built, await scopeOf(built), EXPRESSIONS);
    expect(mine).toEqual(theirs);
    expect(known(theirs).length).toBeGreaterThan(20);
  });

  it('finds the methods that a type has of a trait by the one and the other', () => {
    const places = (name: string) => built.image.addressesForFunction(name);
    expect(places('area')).toHaveLength(3);
    const square = places('Square::area');
    expect(square).toHaveLength(1);
    expect(places('rust_objects::Square::area')).toEqual(square);
    expect(places('<rust_objects::Square as rust_objects::Shape>::area')).toEqual(square);
    expect(places('<Square as Shape>::area')).toEqual(square);
    expect(places('u32::area')).toHaveLength(1);
    expect(places('Shape::area')).toEqual(places('area'));
    expect(places('<Shape as Square>::area')).toEqual([]);
    expect(places('Held::area')).toEqual([]);
  });

  it('shows a trait object as the value that it stands for', async () => {
    const { inspection, frames } = built.program;
    const frame = (await frames()).find(({ name }) => name.endsWith('work'))!;
    const shown = async (text: string) => {
      const { body } = await inspection.evaluate(text, frame, { hexadecimal: false, context: 'watch' });
      return [body.result, body.type];
    };
    expect(await shown('*slice[1]')).toEqual(['{radius=7, name="round"}', 'rust_objects::Circle']);
    expect(await shown('*one')).toEqual(['{side=4}', 'rust_objects::Square']);
    expect(await shown('*plain')).toEqual(['31', 'u32']);
  });

  it.each([
    // gdb reads the element behind the last one.
    ['slice[3]', 'This slice has 3 elements: there is none with index 3.'],
    ['slice[-1]', 'there is none with index -1'],
  ])('says why there is no %s', async (text, words) => {
    const scope = await scopeOf(built);
    expect((await built.program.memory.compute(() => ours(scope, text))).error).toContain(words);
  });

  it('leaves conditions with them to the adapter', async () => {
    const scope = await scopeOf(built);
    const { root } = await built.program.memory.compute(() => compile('(*slice[0]).side == 4', scope));
    expect(translate(root, () => undefined)).toBeUndefined();
  });
});
