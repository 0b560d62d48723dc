/** `help`: the commands, or one of them. */
import { type Command, misused } from './command.ts';
import { table } from './style.ts';
import { say } from '../../core/sentences/say.ts';

/** @param commands all of them, this one too */
export function helpFor(commands: () => readonly Command[]): Command {
  const help: Command = {
    name: 'help',
    usage: 'help [COMMAND]',
    help: say`the commands of this console`,
    operand: 'command',
    run({ style, tell }, operands) {
      const all = commands();
      if (operands === '') {
        const rows = all.map((command) => [`  ${style.name(command.name)}`, tell(command.help)]);
        const rule = say`Anything else is a C expression, and so is the name of a local variable; :NAME is always the command.`;
        return `${table(rows)}\n${style.dim(tell(rule))}`;
      }
      const found = all.find(({ name }) => name === operands.replace(/^:/, ''));
      if (!found) throw misused(help, say`there is no command "${operands}"`);
      return `${style.name(tell(say`${found.usage}`))}\n${tell(found.help)}`;
    },
  };
  return help;
}
