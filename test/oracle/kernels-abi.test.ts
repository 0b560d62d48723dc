/*
 * The TypeScript mirror of the ABI against the debug information of the built host kernel, as gdb reads it.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import * as abi from '../../core/abi/abi.ts';
import { layouts } from '../../core/abi/layouts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const kernel = join(root, 'kernels/build/colinux-host.elf');
const hasGdb = spawnSync('gdb', ['--version']).status === 0;

/** Values of C expressions, by gdb. */
function evaluate(expressions: string[]): string[] {
  const commands = expressions.flatMap((expression) => ['-ex', `output/d ${expression}`, '-ex', 'echo \\n']);
  const text = execFileSync('gdb', ['-nx', '-batch', ...commands, kernel], { encoding: 'utf8' });
  return text.trim().split('\n').slice(-expressions.length);
}

describe.skipIf(!hasGdb)('core/abi and the C headers', () => {
  beforeAll(() => {
    execFileSync('node', [join(root, 'tools/build-kernels.mjs')], { stdio: 'inherit' });
  });

  it('agree on every structure', () => {
    const expected = new Map<string, number>();
    for (const [name, { size, fields }] of Object.entries(layouts)) {
      expected.set(`sizeof(struct ${name})`, size);
      for (const [field, [offset, length]] of Object.entries(fields)) {
        expected.set(`(unsigned)&((struct ${name} *)0)->${field}`, offset);
        expected.set(`sizeof(((struct ${name} *)0)->${field})`, length);
      }
    }
    const found = evaluate([...expected.keys()]);
    expect(Object.fromEntries([...expected.keys()].map((key, i) => [key, Number(found[i])]))).toEqual(
      Object.fromEntries(expected),
    );
  });

  it('agree on every enumeration', () => {
    const tables = {
      CO_OPERATION: abi.coOperation,
      CO_TERMINATE: abi.coTerminateReason,
      CO_MONITOR_STATE: abi.coMonitorState,
      CO_MODULE: abi.coModule,
      CO_PRIORITY: abi.coPriority,
      CO_MESSAGE_TYPE: abi.coMessageType,
      CO_VIRQ: abi.coVirtualIrq,
      CO_CONSOLE: abi.coConsoleOperation,
      CO_KEYBOARD: abi.coKeyboardMode,
      CO_POWER: abi.coPowerType,
    };
    const expected = new Map<string, number>();
    for (const [prefix, table] of Object.entries(tables))
      for (const [name, value] of Object.entries(table)) expected.set(`${prefix}_${name}`, value);
    for (const [name, value] of Object.entries(abi.coDevice))
      expected.set(name === 'TOTAL' ? 'CO_DEVICES_TOTAL' : `CO_DEVICE_${name}`, value);
    const found = evaluate([...expected.keys()].map((name) => `(int)${name}`));
    expect(Object.fromEntries([...expected.keys()].map((key, i) => [key, Number(found[i])]))).toEqual(
      Object.fromEntries(expected),
    );
  });
});
