/** `regs`: the registers of the selected frame. */
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import { fpuRegisters } from '../fpu-registers.ts';
import { symbolText } from '../symbol-text.ts';
import { cpuRegisters, rowText, savedRegisters } from '../registers.ts';
import type { Command } from './command.ts';
import { expectNothing } from './operands.ts';
import { table } from './style.ts';

export const regs: Command = {
  name: 'regs',
  usage: 'regs [all]',
  help: say`the registers of the selected frame; all: with those of the FPU`,
  operand: 'nothing',
  run({ session, machine, frame, coroutine, style }, operands) {
    if (operands !== 'all') expectNothing(regs, operands);
    if (!frame) throw new AdapterError('no-such-frame', say`There is no frame: stop in some code first.`);
    const { coroutines } = machine;
    const saved = coroutines.savedState(coroutine);
    const { cpu } = coroutines.snapshot;
    const groups = saved
      ? savedRegisters(saved, frame)
      : [...cpuRegisters(cpu, frame), ...(operands === 'all' ? fpuRegisters(cpu.fpu) : [])];
    return table(
      groups.flatMap(({ rows }) =>
        rows.map((row) => {
          const { name, address } = row;
          const value = rowText(row, session.translate);
          const symbol = address === undefined ? undefined : symbolText(coroutines, coroutine, address);
          return [style.name(name), symbol === undefined ? value : `${value} <${symbol}>`];
        }),
      ),
    );
  },
};
