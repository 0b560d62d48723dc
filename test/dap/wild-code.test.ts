/** A kernel that goes where no code is: how it got there is told, and who called. */
import { expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();

/** Nothing is at 0xe0000000: what is read there is no instruction, and without an IDT that is a triple fault. */
const source = (way: string) => `${C_ENTRY}
void (*volatile nowhere)(void) = (void (*)(void))0xe0000000;
__attribute__((noinline)) void leave(void) { ${way} }
void kmain(void) { leave(); nowhere = 0; }`;

async function stopOf(name: string, way: string, flags: readonly string[] = []) {
  const kernel = buildImage(tested.bundle, name, source(way), { suffix: '.c', flags: ['-O1', ...flags] });
  const session = await tested.open();
  await session.launch({ kernel });
  expect(await session.stop()).toMatchObject({ reason: 'exception', description: 'Triple fault' });
  const { body } = (await session.client.customRequest('exceptionInfo', { threadId: 1 })) as {
    readonly body: { readonly description: string; readonly details: { readonly message: string } };
  };
  return { names: await session.names(), description: body.description, message: body.details.message };
}

it('a call through a wrong pointer shows its caller, with and without frame pointers', async () => {
  for (const flags of [[], ['-fno-omit-frame-pointer', '-fno-asynchronous-unwind-tables']]) {
    const { names, description, message } = await stopOf(`call${flags.length}`, 'nowhere();', flags);
    expect(names.slice(0, 3)).toEqual(['0xe0000000', 'leave', 'kmain']);
    expect(description).toMatch(
      /#UD invalid opcode\n {2}a call in leave\+0x[0-9a-f]+ \(call\d\.c:\d+\) has led there/,
    );
    expect(message).toMatch(/^#UD invalid opcode: a call in leave/);
  }
});

it('a return over an overwritten stack, and a jump, are told by the instruction', async () => {
  // AMD's manuals have long asked for the second one.
  for (const returns of ['ret', '.byte 0xf3; ret']) {
    const way = `__asm__("movl %0, (%%esp)\\n ${returns}" :: "r"(nowhere));`;
    const smash = await stopOf('smash', way, ['-fomit-frame-pointer']);
    expect(smash.description).toMatch(/\n {2}a return in leave\+0x[0-9a-f]+ \(smash\.c:\d+\) has led there/);
  }
  const jump = await stopOf('jump', '__asm__("jmp *%0" :: "r"(nowhere));');
  expect(jump.description).toMatch(/\n {2}a jump in leave\+0x[0-9a-f]+ \(jump\.c:\d+\) has led there/);
});

it('a fault in code that is known needs no such sentence', async () => {
  const { names, description } = await stopOf('known', '__asm__("ud2");');
  expect(names.slice(0, 2)).toEqual(['leave', 'kmain']);
  expect(description).not.toContain('has led there');
});
