/** The call stack of a kernel that has no debug information: nothing of it is folded away, for there is nothing else to see. */
import { expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();

const SOURCE = `${C_ENTRY}
__attribute__((noinline)) void last(volatile int *n) { for (*n = 0; *n >= 0;) ++*n; }
__attribute__((noinline)) void middle(volatile int *n) { last(n); *n = 2; }
void kmain(void) { volatile int n; middle(&n); n = 3; }`;

it('has callers that are shown like others', async () => {
  const kernel = buildImage(tested.bundle, 'bare', SOURCE, { suffix: '.c', flags: ['-O0', '-g0'] });
  const session = await tested.open();
  await session.launch({ kernel, stopOnEntry: true });
  await session.stop();
  await session.client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'last' }] });
  await session.go('continue');
  const frames = await session.stack();
  expect(frames.slice(0, 3).map(({ name }) => name.replace(/\W.*/, ''))).toEqual(['last', 'middle', 'kmain']);
  expect(frames.filter(({ presentationHint }) => presentationHint === 'subtle')).toEqual([]);
});
