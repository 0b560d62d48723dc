/** `help`: the commands, or one of them. */
import { type Command, misused } from './command.ts';
import { table } from './style.ts';

/** @param commands all of them, this one too */
export function helpFor(commands: () => readonly Command[]): Command {
  const help: Command = {
    name: 'help',
    usage: 'help [COMMAND]',
    help: 'the commands of this console',
    operand: 'command',
    run({ style }, operands) {
      const all = commands();
      if (operands === '') {
        const rows = all.map((command) => [`  ${style.name(command.name)}`, command.help]);
        const rule =
          'Anything else is a C expression, and so is the name of a local variable; :NAME is always the command.';
        return `${table(rows)}\n${style.dim(rule)}`;
      }
      const found = all.find(({ name }) => name === operands.replace(/^:/, ''));
      if (!found) throw misused(help, `there is no command "${operands}"`);
      return `${style.name(found.usage)}\n${found.help}`;
    },
  };
  return help;
}
