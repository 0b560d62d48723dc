// Steps with kernels other than the sample, in a real VS Code: one without its sources, one of tests. Part of e2e.mjs.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The sample as if it came from elsewhere: the debug information names files that are not there. */
function withoutSources(image) {
  const bytes = Buffer.from(image);
  for (const name of ['entry.S\0', 'main.c\0'])
    for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) bytes.write('gone', at);
  return bytes;
}

export async function disassemblyStep({ step, workbench, folder, writeLaunch }) {
  const { page } = workbench;
  await step('a kernel without sources shows its disassembly as soon as it stops on entry', async () => {
    const kernel = join(folder, 'build/bare.elf');
    writeFileSync(kernel, withoutSources(readFileSync(join(folder, 'build/hello-guest.elf'))));
    await writeLaunch({ kernel: '${workspaceFolder}/build/bare.elf', stopOnEntry: true });
    await page.keyboard.press('F5');
    await page.locator('.tab.active', { hasText: 'guest_entry.s' }).waitFor();
    await page.locator('.debug-top-stack-frame-line').first().waitFor();
    await workbench.coloured('push');
    await workbench.shot('entry-without-sources');
    await workbench.command('Debug: Stop');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    rmSync(kernel);
  });
}

/** A kernel that GRUB would load: it prints TAP on COM1 and ends the machine. */
const TESTS = `
	.text
	.align 4
	.long 0x1badb002, 0, -0x1badb002
	.globl _start
_start:	mov $results, %esi
	mov $0x3f8, %dx
1:	lodsb
	test %al, %al
	jz 2f
	js 3f
	outb %al, %dx
	jmp 1b
2:	outb %al, $0xf4
3:	hlt
results: .asciz "TAP version 14\\n1..2\\nok 1 - largest\\nnot ok 2 - broken\\n  # at kernel/main.c:7\\n"
`;

export async function testExplorerStep({ step, workbench, folder }) {
  const { page } = workbench;
  await step('the Test Explorer runs, covers and debugs a kernel of tests by clicks', async () => {
    const source = join(folder, 'build/tests.S');
    writeFileSync(source, TESTS);
    const flags = [
      '-g',
      '-m32',
      '-nostdlib',
      '-static',
      '-no-pie',
      '-Wl,-m,elf_i386,-Ttext=0x200000,--build-id=none',
    ];
    execFileSync('gcc', [...flags, source, '-o', join(folder, 'build/tests.elf')]);
    await workbench.command('Testing: Focus on Test Explorer View');
    const row = (text) => page.locator('.test-explorer .monaco-list-row', { hasText: text }).first();
    const kernel = row('build/tests.elf');
    // The row is drawn anew as long as the linker's file is heard of.
    const press = (name) => async () => {
      await kernel.hover();
      await kernel.getByRole('button', { name, exact: true }).click();
    };
    await workbench.until(kernel.locator('.codicon-testing-failed-icon'), press('Run Test'));
    await workbench.until(row('largest'), async () => {
      if ((await kernel.getAttribute('aria-expanded')) === 'false')
        await kernel.locator('.monaco-tl-twistie.collapsible').click();
    });
    await row('largest').locator('.codicon-testing-passed-icon').waitFor();
    await row('broken').locator('.codicon-testing-failed-icon').waitFor();
    await workbench.shot('test-explorer');

    // Covered: all but the last instruction.
    const covered = page.locator('.test-coverage-list-item', { hasText: 'tests.S' }).first();
    await workbench.until(covered, press('Run Test with Coverage'));
    await workbench.until(page.locator('.coverage-deco-gutter.coverage-deco-miss').first(), () =>
      covered.dblclick(),
    );
    await page.locator('.coverage-deco-gutter.coverage-deco-hit').first().waitFor();
    await workbench.shot('test-coverage');

    // Debugged: it stops at a breakpoint in the code of the tests.
    const line = 1 + TESTS.split('\n').findIndex((text) => text.startsWith('2:'));
    await workbench.setBreakpoint(line);
    await workbench.until(page.locator('.debug-toolbar'), press('Debug Test'));
    await workbench.stoppedAt(line);
    await workbench.command('Debug: Stop');
    await page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench.command('Remove All Breakpoints');
    await workbench.closeEditor();
    for (const file of ['build/tests.S', 'build/tests.elf']) rmSync(join(folder, file));
    await workbench.command('View: Show Explorer');
  });
}
