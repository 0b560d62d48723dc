/** A processor that nothing can wake: the stop says why it stands. */
import { expect, it } from 'vitest';
import { buildImage } from './support/build-image.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();

const stopOf = async (name: string, code: string) => {
  const kernel = buildImage(
    tested.bundle,
    name,
    `
	.align 4
	.long 0x1badb002, 0, -0x1badb002
	.globl _start
_start: ${code}
last:	hlt
	jmp last
	.data
control: .word 0x37b`,
  );
  const session = await tested.open();
  await session.launch({ kernel });
  const { reason, description, text } = await session.stop();
  return { reason, description, text, where: await session.evaluate('$eip == (int)&last + 1') };
};

it('by HLT', async () => {
  expect(await stopOf('hlt', 'cli')).toEqual({
    reason: 'halted',
    description: 'Halted for ever',
    text: 'The CPU executed HLT with interrupts off: nothing can wake it.',
    where: '1',
  });
});

it('by an x87 exception that is to be an interrupt, and executes HLT though one is pending', async () => {
  const pending = 'fninit; fldcw control; fld1; fldz; fdivrp';
  const waits = { reason: 'halted', description: 'Halted for ever', where: '0' };
  expect(await stopOf('frozen', `${pending}; fld1`)).toEqual({
    ...waits,
    text: expect.stringMatching(/waits before this instruction: an unmasked x87 exception .*FNINIT/),
  });
  expect(await stopOf('hlt-pending', pending)).toMatchObject({
    text: 'The CPU executed HLT with interrupts off: nothing can wake it.',
    where: '1',
  });
});
