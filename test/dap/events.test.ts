/** Stops on what happens: exceptions before their handlers, interrupts, rings, control registers, switches, ports, new code. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { ASSEMBLY_ENTRY, gateOffset, segmentBase } from './support/assembly.ts';
import { buildImage } from './support/build-image.ts';
import { inRoot, type Session, type Stop } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
beforeAll(async () => {
  kernel = buildImage(tested.bundle, 'faults', source);
});

/** A kernel with paging on, whose page-fault handler maps the page and returns; a ring 3, and a triple fault at the end. */
const source = `${ASSEMBLY_ENTRY}	lidt idt_pointer
${gateOffset(14, 'handler')}${gateOffset(0x80, 'system_call')}${segmentBase(0x28, 'tss')}	movl $0x28, %eax
	ltr %ax
	/* The first 4 MiB as they are; the page at 0x3ff000 is missing. */
	movl $table, %edi
	movl $7, %eax
1:	movl %eax, (%edi)
	addl $4, %edi
	addl $0x1000, %eax
	cmpl $0x400007, %eax
	jb 1b
	movl $0, table + 0x3ff * 4
	movl $table + 7, directory
	movl $directory, %eax
	movl %eax, %cr3
	movl %cr0, %eax
	orl $0x80000000, %eax
paging:	movl %eax, %cr0
faulting:
	movl $42, 0x3ff010
	movl 0x3ff010, %ebx
	inb $0x61, %al
	movl $0x174, %ecx
	xorl %edx, %edx
	movl $8, %eax
	wrmsr
	pushl $0x23
	pushl $user_stack
	pushl $2
	pushl $0x1b
	pushl $user
	iret
user:	movl $1, %eax
	int $0x80
	movl $2, %eax
	int $0x80
system_call:
	cmpl $2, %eax
	je last
	iret
last:	movl $0x10, %edx
	movl %edx, %ds
	movl $0, table + 0x3fe * 4
	movl $directory, %eax
	movl %eax, %cr3
	/* A fault whose handler's gate is gone. */
	movb $0, idt + 14 * 8 + 5
	movl $7, 0x3fe000
	hlt
handler:
	movl $0x3ff007, table + 0x3ff * 4
	addl $4, %esp
	iret
	.data
	.align 8
gdt:	.quad 0, 0x00cf9a000000ffff, 0x00cf92000000ffff, 0x00cffa000000ffff, 0x00cff2000000ffff
	.quad 0x0000890000000067
gdt_pointer: .word . - gdt - 1
	.long gdt
	.align 8
idt:	.fill 14 * 8, 1, 0
	.quad 0x00008e0000080000
	.fill (0x80 - 15) * 8, 1, 0
	.quad 0x0000ee0000080000
idt_pointer: .word . - idt - 1
	.long idt
tss:	.long 0, stack, 0x10
	.fill 0x67 - 12, 1, 0
	.byte 0
	.bss
	.align 4096
directory: .skip 4096
table:	.skip 4096
	.skip 4096
stack:
	.skip 4096
user_stack:
`;

interface Filter {
  filterId: string;
  condition?: string;
}

async function start(...filterOptions: Filter[]): Promise<DebugProtocol.Breakpoint[]> {
  session = await tested.open();
  await session.launch({ kernel, stopOnEntry: true });
  await session.stop();
  return filters(...filterOptions);
}
async function filters(...filterOptions: Filter[]): Promise<DebugProtocol.Breakpoint[]> {
  const { body } = await session.client.customRequest('setExceptionBreakpoints', {
    filters: [],
    filterOptions,
  });
  return (body as DebugProtocol.SetBreakpointsResponse['body']).breakpoints;
}
const go = (): Promise<Stop> => session.go('continue');
const info = async () =>
  (await session.client.customRequest('exceptionInfo', { threadId: 1 })).body as {
    exceptionId: string;
    description: string;
    details: DebugProtocol.ExceptionDetails;
  };
const here = async () => (await session.stack())[0]!.name;

describe('an exception', () => {
  it('stops before its handler is entered, with the fault decoded, and goes on as if nothing had been', async () => {
    expect(await start({ filterId: 'page-fault' })).toMatchObject([{ verified: true }]);
    const stop = await go();
    expect(stop).toMatchObject({
      reason: 'exception',
      description: '#PF page fault',
      allThreadsStopped: true,
    });
    expect(await here()).toBe('faulting');
    const { exceptionId, description, details } = await info();
    expect(exceptionId).toBe('#PF');
    expect(description).toMatch(
      /^#PF page fault at 003ff010, error code 0002 \(write from ring 0-2, page not present\)/,
    );
    expect(description).toMatch(
      /because the PTE is not present \(PTE 1023 at 0x[0-9a-f]{8}: 0x00000000 \(not present\)\)$/,
    );
    expect(details).toMatchObject({ typeName: '#PF', fullTypeName: '#PF page fault' });
    // A step by instruction goes to the handler, and the fault is over.
    expect(await session.go('stepIn', 'instruction')).toMatchObject({ reason: 'step' });
    // Hand-written assembly without frame information: the processor's record leads on.
    expect(await session.names()).toEqual([
      'handler',
      '― #PF page fault at 003ff010, error code 0002 (write from ring 0-2, page not present) ―',
      'faulting',
    ]);
    await expect(info()).rejects.toThrow('has not stopped because of an exception');
  });

  it('is stepped over like any that a handler resolves', async () => {
    await start({ filterId: 'page-fault' });
    await go();
    await filters();
    expect(await session.go('next', 'instruction')).toMatchObject({ reason: 'step' });
    expect(await session.evaluate('*(int *)0x3ff010')).toBe('42');
  });

  it('that ends in a triple fault says why each handler could not be entered', async () => {
    await start();
    const stop = await go();
    expect(stop).toMatchObject({ reason: 'exception', description: 'Triple fault' });
    const { exceptionId, description, details } = await info();
    expect(exceptionId).toBe('triple fault');
    expect(description.split('\n')).toEqual([
      expect.stringMatching(/^#PF page fault at 003fe000, error code 0002/),
      expect.stringMatching(/^ {2}because the PTE is not present/),
      expect.stringMatching(/^ {2}its handler cannot be entered: #GP general protection, error code 0073/),
      expect.stringMatching(/^ {4}because gate 14 of the IDT: it is no gate but: reserved type 0/),
      expect.stringMatching(/^ {4}its handler cannot be entered: #DF double fault/),
      expect.stringMatching(/^ {6}its handler cannot be entered: #GP general protection, error code 0043/),
      expect.stringMatching(/^ {8}because gate 8 of the IDT: it is no gate but: reserved type 0/),
    ]);
    expect(details.innerException?.[0]).toMatchObject({ typeName: '#GP' });
  });
});

describe('other events', () => {
  it('stop behind what has happened', async () => {
    await start({ filterId: 'cr0' });
    const zero = await go();
    expect(zero).toMatchObject({ reason: 'change of CR0' });
    expect(zero.text).toMatch(/^CR0: 0x0000001[01] → 0x8000001[01]$/);
    expect(await here()).toBe('faulting');

    await filters({ filterId: 'port' });
    expect((await go()).text).toMatch(/^1 byte from port 0x00000061: 0x000000/);

    await filters({ filterId: 'msr' });
    expect((await go()).text).toBe('MSR 0x00000174 = 0x00000000_00000008');

    await filters({ filterId: 'ring-change' });
    expect(await go()).toMatchObject({ reason: 'ring change', text: 'Ring 0 → 3' });
    expect(await here()).toBe('user');
    expect(await go()).toMatchObject({ text: 'Ring 3 → 0' });
    expect((await session.names()).slice(0, 3)).toEqual([
      'system_call',
      expect.stringMatching(/^― int 0x80 at 0x[0-9a-f]{8} \(ring 3 → 0\) ―$/),
      'user',
    ]);

    await filters({ filterId: 'software-interrupt' });
    expect(await go()).toMatchObject({ reason: 'interrupt', description: 'INT 0x00000080' });
    expect(await session.evaluate('$eax')).toBe('0x00000002');
  });

  it('can have conditions, also on what happens', async () => {
    await start(
      { filterId: 'port', condition: '$port == 0x61 && !$write' },
      { filterId: 'msr', condition: '$value == 9' },
    );
    expect(await go()).toMatchObject({ reason: 'I/O port' });
    expect(await go()).toMatchObject({ description: 'Triple fault' });
    const [wrong] = await filters({ filterId: 'cr3', condition: '$nothing == 3' });
    expect(wrong).toMatchObject({ verified: false, message: expect.stringContaining('$nothing') as string });
  });

  it('include the first execution of a page', async () => {
    await start({ filterId: 'new-code' });
    const stop = await go();
    expect(stop).toMatchObject({ reason: 'first execution' });
    expect(stop.text).toMatch(/^First execution of the page at 0x0020000c \(physical 0x0020000c\)$/);
    // All of this kernel lies on that page.
    expect(await go()).toMatchObject({ description: 'Triple fault' });
  });

  it('refuse what there is not, and say what there is', async () => {
    const [bound] = await start({ filterId: 'nothing' });
    expect(bound).toMatchObject({ verified: false });
    expect(bound!.message).toMatch(/^There is no filter "nothing": the filters are page-fault, /);
  });
});

describe('in a cooperative system', () => {
  it('switches and ports stop, with the operation in words', async () => {
    session = await tested.open();
    await session.launch({ stopOnEntry: true });
    await session.stop();
    await filters({ filterId: 'switch' });
    const stop = await go();
    expect(stop).toMatchObject({ reason: 'switch' });
    expect(stop.text).toMatch(/^guest 0 \(hello-guest\.elf\) → host kernel: [A-Z_]+$/);
    await filters({ filterId: 'guest-end' });
    expect((await go()).text).toMatch(/→ host kernel: TERMINATE$/);
  });

  it('a thread that runs alone stops where it hands the processor over; one without it cannot', async () => {
    session = await tested.open();
    await session.launch({ stopOnEntry: true });
    await session.stop();
    const alone = { threadId: 2, singleThread: true };
    const { body } = await session.client.send('continue', alone);
    expect(body).toMatchObject({ allThreadsContinued: false });
    const stop = await session.stop();
    expect(stop).toMatchObject({ reason: 'switch', threadId: 1, hitBreakpointIds: [] });
    expect(stop.text).toMatch(/^guest 0 \(hello-guest\.elf\) → host kernel: /);
    await expect(session.client.send('next', alone)).rejects.toThrow(/does not have the processor/);
    await session.client.send('continue', { threadId: 1 });
    expect((await session.event('exited')).body).toEqual({ exitCode: 0 });
  });

  it('an I/O port is watched like data', async () => {
    session = await tested.open();
    await session.launch({ kernel: inRoot('kernels/build/lockstep.elf'), memory: 16, stopOnEntry: true });
    await session.stop();
    const found = await session.client.customRequest('dataBreakpointInfo', {
      name: 'port:0x3f8',
      asAddress: true,
    });
    const { dataId } = found.body as { dataId: string };
    expect(dataId).toBe('port:0x3f8+1');
    const set = await session.client.customRequest('setDataBreakpoints', {
      breakpoints: [{ dataId, accessType: 'write' }],
    });
    expect(set.body).toMatchObject({ breakpoints: [{ verified: true }] });
    const stop = await go();
    expect(stop).toMatchObject({ reason: 'I/O port' });
    expect(stop.text).toMatch(/^1 byte to port 0x000003f8: 0x000000[0-9a-f]{2}$/);
  });
});
