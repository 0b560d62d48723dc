/** `bt`: the call stack of the selected thread. */
import { hex } from '../registers.ts';
import type { Frame } from '../stack.ts';
import type { Command } from './command.ts';
import { countOf } from './operands.ts';
import type { Style } from './style.ts';

const MAX_FRAMES = 10_000;

export const bt: Command = {
  name: 'bt',
  usage: 'bt [COUNT]',
  help: 'the call stack of the selected thread, with interrupts and switches in it',
  operand: 'nothing',
  async run({ machine, coroutine, style }, operands) {
    const frames = await machine.stack(coroutine);
    if (frames.length === 0) return 'There is no frame.';
    const count = countOf(operands, frames.length, MAX_FRAMES);
    let number = 0;
    const lines = frames
      .slice(0, count)
      .map((frame) =>
        frame.kind === 'label' ? `    ${style.dim(frame.name)}` : frameText(frame, number++, style),
      );
    return lines.join('\n');
  },
};

function frameText(frame: Frame, number: number, style: Style): string {
  return `#${String(number).padEnd(3)}${hex(frame.pc)} ${placeText(frame, style)}`;
}

/** `kmain at main.c:93` */
export function placeText({ name, position }: Frame, style: Style): string {
  const file = position?.file.split('/').pop();
  return style.name(name) + (position ? ` at ${file ?? ''}:${position.line}` : '');
}
