/** `bt`: the call stack of the selected thread. */
import { hex } from '../registers.ts';
import { type Frame, titleOf } from '../frame.ts';
import type { Command, ConsoleContext } from './command.ts';
import { countOf } from './operands.ts';
import type { Style } from './style.ts';
import { say } from '../../core/sentences/say.ts';

type Tell = ConsoleContext['tell'];

const MAX_FRAMES = 10_000;

export const bt: Command = {
  name: 'bt',
  usage: 'bt [COUNT]',
  help: say`the call stack of the selected thread, with interrupts and switches in it`,
  operand: 'nothing',
  async run({ session, machine, coroutine, style, tell }, operands) {
    const frames = await machine.stack(coroutine);
    if (frames.length === 0) return tell(say`There is no frame.`);
    const count = countOf(operands, frames.length, MAX_FRAMES);
    let number = 0;
    const lines = frames
      .slice(0, count)
      .map((frame) =>
        frame.kind === 'label'
          ? `    ${style.dim(titleOf(frame, session.translate))}`
          : frameText(frame, number++, style, tell),
      );
    return lines.join('\n');
  },
};

function frameText(frame: Frame, number: number, style: Style, tell: Tell): string {
  return `#${String(number).padEnd(3)}${hex(frame.pc)} ${placeText(frame, style, tell)}`;
}

/** `kmain at main.c:93` */
export function placeText({ name, position }: Frame, style: Style, tell: Tell): string {
  if (!position) return style.name(name);
  const file = position.file.split('/').pop() ?? '';
  return tell(say`${style.name(name)} at ${file}:${position.line}`);
}
