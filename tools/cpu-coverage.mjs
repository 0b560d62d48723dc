// `npm run coverage:cpu`: writes docs/cpu-coverage.md, which says what cells of the opcode maps (operation, form, operand size)
// the recorded vectors, the system-level programs and the lock-step images execute in each mode, and why the others are empty.
// Fails when an empty cell has no reason: find one, or test it.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { buildAssembly } from './build-assembly.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const MODES = ['real', 'virtual-8086', '16-bit protected', '32-bit protected'];

await buildAssembly();
for (const [program, args] of [
  [process.execPath, [join(root, 'tools/build-kernels.mjs')]],
  ['make', ['-s', '-j2', '-C', join(root, 'test/kernels')]],
]) {
  if (spawnSync(program, args, { stdio: 'inherit' }).status !== 0) process.exit(1);
}
const temporary = mkdtempSync(join(tmpdir(), 'cpu-coverage-'));
const bundle = join(temporary, 'coverage.mjs');
await build({
  entryPoints: [join(root, 'test/cpu/coverage.ts')],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
const { measure } = await import(pathToFileURL(bundle).href);
rmSync(temporary, { recursive: true });

const images = (folder, pattern) =>
  readdirSync(join(root, folder))
    .filter((name) => pattern.test(name))
    .map((name) => join(root, folder, name));
const { cells, executed } = measure(
  join(root, 'test/vectors'),
  [...images('test/kernels/build', /\.elf$/), ...images('kernels/build', /^lockstep.*\.elf$/)],
  (text) => process.stderr.write(`${text}\n`),
);

const between = (first, last) => (opcode) => opcode >= first && opcode <= last;
const oneOf =
  (...opcodes) =>
  (opcode) =>
    opcodes.includes(opcode);
const any =
  (...tests) =>
  (opcode) =>
    tests.some((test) => test(opcode));

/** Why a cell is empty: the first that matches. `opcode` is 00-FF, 100-1FF after 0F. */
const REASONS = [
  {
    matches: ({ opcode, size }) =>
      size === 16 && any(between(0x70, 0x7f), between(0x180, 0x18f), between(0xe0, 0xe3))(opcode),
    reason:
      'Near branches of 16-bit operand size cut EIP to 16 bits, and the vectors lie above 64 KiB. `core/cpu/integer/flow.test.ts` holds each condition in each combination of code and operand size.',
  },
  {
    matches: ({ opcode, digit }) =>
      [0xc2, 0xc3, 0xe8, 0xe9, 0xeb].includes(opcode) || (opcode === 0xff && [2, 4].includes(digit)),
    reason:
      'Near transfers to absolute addresses cannot be carried over to other modes, and with 16-bit operands not above 64 KiB: `core/cpu/integer/flow.test.ts`.',
  },
  {
    matches: ({ opcode, digit }) =>
      [0x9a, 0xca, 0xcb, 0xcf, 0xea].includes(opcode) || (opcode === 0xff && [3, 5].includes(digit)),
    reason:
      'Far transfers: those between privilege levels are tested from 32-bit code (gates, ret, tss), those of real and virtual-8086 mode there. From 16-bit protected code they use the same `core/cpu/segmentation/transfer.ts`.',
  },
  {
    matches: ({ opcode, form, digit }) =>
      form === 'reg' && [0xdc, 0xdd, 0xde, 0xdf].includes(opcode) && [1, 2, 3].includes(digit),
    reason:
      'Undocumented aliases of FCOM, FCOMP, FXCH and FSTP: the same handlers as the documented opcodes.',
  },
  {
    matches: ({ opcode }) => [0xd9, 0xdd].includes(opcode),
    reason:
      'The members FLDENV, FNSTENV, FRSTOR and FNSAVE share a digit with register forms that are #UD or were not recorded for this mode.',
  },
  {
    matches: ({ opcode }) => between(0x118, 0x11f)(opcode),
    reason: 'Prefetches and multi-byte NOPs: they do nothing.',
  },
  {
    matches: ({ opcode, size }) => between(0x1c8, 0x1cf)(opcode) && size === 16,
    reason: 'BSWAP of a 16-bit register: the result is undefined (SDM vol. 2A, BSWAP).',
  },
  {
    matches: ({ opcode }) => oneOf(0x10b, 0x1b9, 0x1ff)(opcode),
    reason: 'UD2, UD1 and UD0: #UD in every mode, by one handler.',
  },
  {
    matches: ({ opcode }) => any(between(0x6c, 0x6f), between(0xe4, 0xe7), between(0xec, 0xef))(opcode),
    reason:
      'Port input and output needs a port to talk to: `priv`, `v86` and `realmode` execute those forms that differ in their checks; all share one check and one bus.',
  },
  {
    matches: ({ opcode }, mode) =>
      mode !== '32-bit protected' &&
      any(
        oneOf(0x63, 0x100, 0x101, 0x102, 0x103, 0x106, 0x108, 0x109),
        between(0x120, 0x123),
        between(0x130, 0x135),
      )(opcode),
    reason:
      'System instructions: what they do does not depend on the size of the code segment; `segload`, `priv`, `v86` and `realmode` execute each of them, with #UD or #GP where the mode has them refused.',
  },
  {
    matches: ({ opcode, size }) => opcode === 0x101 && size !== 0,
    reason: 'LGDT, LIDT and SMSW of this operand size: the other size runs, and both in other modes.',
  },
  {
    matches: ({ opcode }, mode) =>
      mode !== '32-bit protected' &&
      oneOf(0x07, 0x17, 0x1f, 0x8c, 0x8e, 0xc4, 0xc5, 0x1a1, 0x1a9, 0x1b2, 0x1b4, 0x1b5)(opcode),
    reason:
      'Loads of segment registers cannot be carried over from the vectors, whose selectors mean something else here; the other forms run in this mode.',
  },
  {
    matches: ({ opcode }, mode) =>
      mode !== '32-bit protected' && oneOf(0xcc, 0xcd, 0xce, 0xf1, 0xf4, 0xfa, 0xfb, 0x1a2)(opcode),
    reason:
      'Interrupts, HLT, CLI, STI and CPUID: the system-level programs execute them in real, virtual-8086 and 32-bit protected mode; they have no operand size.',
  },
  {
    matches: ({ opcode, digit, form }) => opcode === 0x1ae && digit === 7 && form === 'mem',
    reason: 'CLFLUSH: reads a byte, for the caches are not modelled.',
  },
];

const hex = (number) => number.toString(16).toUpperCase().padStart(2, '0');
const PLANES = ['', '0F ', '66 0F ', 'F3 0F ', 'F2 0F '];
function nameOf({ opcode, digit, form, size }) {
  const member = digit >= 0 ? ` /${digit}` : '';
  const operands = form === 'mem' ? ' m' : digit >= 0 ? ' r' : '';
  return `${PLANES[opcode >> 8]}${hex(opcode & 0xff)}${member}${operands}${size ? ` (${size})` : ''}`;
}

const empty = new Map(REASONS.map(({ reason }) => [reason, []]));
const unexplained = [];
const counts = MODES.map((mode) => {
  let missing = 0;
  for (const cell of cells) {
    if (executed(cell, mode) > 0) continue;
    missing++;
    const found = REASONS.find(({ matches }) => matches(cell, mode));
    if (found) empty.get(found.reason).push({ mode, name: nameOf(cell) });
    else unexplained.push(`${mode}: ${nameOf(cell)}`);
  }
  return { mode, missing };
});

const lines = [
  '# What the processor tests execute',
  '',
  '<!-- Written by `npm run coverage:cpu`. -->',
  '',
  'A cell is an operation of the opcode maps in its register or memory form with one operand size (none where it makes no',
  'difference), in one mode. The recorded vectors of `test/vectors` (carried over to 16-bit code where they can be,',
  '`core/testing/vector-modes.ts`), the programs of `test/kernels` and the lock-step images execute:',
  '',
  '| mode | cells | executed | empty |',
  '| --- | --- | --- | --- |',
  ...counts.map(
    ({ mode, missing }) => `| ${mode} | ${cells.length} | ${cells.length - missing} | ${missing} |`,
  ),
  '',
  'Opcodes that are #UD in every form have no cells; the vectors of the group `fault` execute them.',
  '',
  '## Empty cells',
  '',
];
for (const [reason, found] of empty) {
  if (found.length === 0) continue;
  lines.push(reason, '');
  for (const mode of MODES) {
    const names = found.filter((cell) => cell.mode === mode).map(({ name }) => name);
    if (names.length > 0) lines.push(`- ${mode}: ${names.join(', ')}`);
  }
  lines.push('');
}
const file = join(root, 'docs/cpu-coverage.md');
writeFileSync(file, await format(lines.join('\n'), { ...(await resolveConfig(file)), filepath: file }));
for (const { mode, missing } of counts)
  console.log(`${mode.padEnd(18)} ${cells.length - missing} of ${cells.length} cells`);
if (unexplained.length > 0) {
  console.log(`Empty without a reason:\n  ${unexplained.join('\n  ')}`);
  process.exit(1);
}
