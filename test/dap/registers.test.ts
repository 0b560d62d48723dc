/** Registers that are not in the processor now: of outer frames, and of the coroutine that is away. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { describe, expect, it } from 'vitest';
import { buildImage } from './support/build-image.ts';
import { inSample, lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

/** `inner` saves EBX where its frame information says, and changes it. */
const SOURCE = `
	.section .text.head, "ax"
	.align 4
	.long 0x1badb002, 0, -0x1badb002
	.globl _start
_start:	movl $stack, %esp
	call outer
	hlt
	.globl outer
	.type outer, @function
outer:	.cfi_startproc
	movl $5, %ebx
	call inner
	nop	/* back */
	ret
	.cfi_endproc
	.globl inner
	.type inner, @function
inner:	.cfi_startproc
	pushl %ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset ebx, 0
	xorl %ebx, %ebx
	nop	/* inside */
	popl %ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore ebx
	ret
	.cfi_endproc
	.bss
	.skip 4096
stack:
`;

const tested = testedAdapter();
let session: Session;

const set = async (expression: string, value: string, frameId: number) =>
  (
    (await session.client.send('setExpression', {
      expression,
      value,
      frameId,
    })) as DebugProtocol.SetExpressionResponse
  ).body.value;
const valueIn = async (expression: string, frameId: number) =>
  (await session.client.evaluateRequest({ expression, frameId })).body.result;

describe('a register of an outer frame', () => {
  it('has the value that its callee has saved, and is set there', async () => {
    session = await tested.open();
    const kernel = buildImage(tested.bundle, 'saved', SOURCE);
    const source = tested.bundle.file('saved.S');
    await session.launch({
      kernel,
      breakpoints: [[source, lineOf(source, '/* inside */'), lineOf(source, '/* back */')]],
    });
    await session.stop();
    const [inner, outer] = await session.stack();
    expect(await valueIn('$ebx', inner!.id)).toBe('0x00000000');
    expect(await valueIn('$ebx', outer!.id)).toBe('0x00000005');
    expect(await set('$bl', '7', outer!.id)).toBe('0x07');
    expect(await valueIn('$ebx', outer!.id)).toBe('0x00000007');
    // Nobody has saved ESI: it is still in the processor.
    await set('$esi', '9', outer!.id);
    expect(await valueIn('$esi', inner!.id)).toBe('0x00000009');
    await expect(set('$eax', '1', outer!.id)).rejects.toThrow('saved nowhere');
    expect(await valueIn('$eax', outer!.id)).toMatch(/^0x\w+ \(unless the call has changed it\)$/);
    await session.go('continue');
    expect(await session.evaluate('$ebx')).toBe('0x00000007');
  });
});

describe('a register of the coroutine that is away', () => {
  it('is set on its stack, and is there when it comes back', async () => {
    session = await tested.open();
    const main = inSample('kernel/main.c');
    await session.launch({ breakpoints: [[main, lineOf(main, 'memory: %u MiB')]] });
    await session.stop();
    const frames = await session.stack(1);
    const host = frames.find(({ presentationHint }) => presentationHint !== 'label')!.id;
    const [guest] = await session.stack(2);
    await set('$esi', '0x1234', host);
    expect(await valueIn('host:$esi', guest!.id)).toBe('0x00001234');
    await set('host:$edi', '0x5678', guest!.id);
    expect(await valueIn('$edi', host)).toBe('0x00005678');
    await expect(set('$cr3', '0', host)).rejects.toThrow('the passage would load them unchecked');
    await expect(set('$ecx', '0', host)).rejects.toThrow('saved nowhere');
    await session.setBreakpoints(main);
    await session.client.nextRequest({ threadId: 1 });
    await session.stop();
    const [back] = await session.stack(1);
    expect(await valueIn('$esi', back!.id)).toBe('0x00001234');
    expect(await valueIn('$edi', back!.id)).toBe('0x00005678');
  });
});
