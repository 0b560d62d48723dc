/** `regs`: the registers of the selected frame. */
import { AdapterError } from '../errors.ts';
import { say } from '../say.ts';
import { fpuRegisters } from '../fpu-registers.ts';
import { symbolText } from '../symbol-text.ts';
import { cpuRegisters, savedRegisters } from '../registers.ts';
import type { Command } from './command.ts';
import { table } from './style.ts';

export const regs: Command = {
  name: 'regs',
  usage: 'regs [all]',
  help: 'the registers of the selected frame; all: with those of the FPU',
  operand: 'nothing',
  run({ machine, frame, coroutine, style }, operands) {
    if (!frame) throw new AdapterError('no-such-frame', say`There is no frame: stop in some code first.`);
    const { coroutines } = machine;
    const saved = coroutines.savedState(coroutine);
    const { cpu } = coroutines.snapshot;
    const groups = saved
      ? savedRegisters(saved, frame)
      : [...cpuRegisters(cpu, frame), ...(operands === 'all' ? fpuRegisters(cpu.fpu) : [])];
    return table(
      groups.flatMap(({ rows }) =>
        rows.map(({ name, value, address }) => {
          const symbol = address === undefined ? undefined : symbolText(coroutines, coroutine, address);
          return [style.name(name), symbol === undefined ? value : `${value} <${symbol}>`];
        }),
      ),
    );
  },
};
