/** Launch configurations with a slip: what has no effect, or cannot have the one that is meant, is said. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let kernel: string;
const SOURCE = `${C_ENTRY} void kmain(void) { }`;
beforeAll(() => {
  kernel = buildImage(tested.bundle, 'options', SOURCE, { suffix: '.c' });
});

async function outputOf(options: object): Promise<string> {
  const session = await tested.open();
  await session.launch({ kernel, ...options });
  await session.stop();
  return session.messages
    .filter((one): one is DebugProtocol.OutputEvent => one.type === 'event')
    .map(({ body }) => (body as { output?: string } | undefined)?.output ?? '')
    .join('');
}

describe('an option that is none', () => {
  it('is told when it looks like one', async () => {
    const said = await outputOf({
      stopOnEntery: true,
      Programs: [],
      __restart: 1,
      name: 'x',
      port: 5,
      smoke: 1,
    });
    expect(said).toContain(
      'The launch option "stopOnEntery" is not known and has no effect: did you mean "stopOnEntry"?',
    );
    expect(said).toContain('did you mean "programs"?');
    expect(said.match(/is not known/g)).toHaveLength(2);
  });

  it('among the devices is refused, for the machine would lack one', async () => {
    await expect(outputOf({ devices: { disk: ['a.img'] } })).rejects.toThrow(
      'The launch option "devices" has no "disk": it takes disks, networks, shares, rng.',
    );
  });
});

it('a kernel that is linked high and has no lower load addresses is told how it gets them', async () => {
  const source = tested.bundle.file('high.S');
  const image = tested.bundle.file('high.elf');
  writeFileSync(source, '.long 0x1badb002, 0, -0x1badb002\n.globl _start\n_start: hlt\n');
  const flags = [
    '-m32',
    '-nostdlib',
    '-static',
    '-no-pie',
    '-Wl,-m,elf_i386,-Ttext=0xc0100000,--build-id=none',
  ];
  execFileSync('gcc', [...flags, source, '-o', image], { stdio: 'pipe' });
  await expect(outputOf({ kernel: image })).rejects.toThrow(
    /^The kernel is to be loaded up to 0xc01\w+, but no machine has more than 1024 MiB: .*AT\(ADDR\(\.text\) - 0xc0000000\)/,
  );
});
