// A session on the serial console of Debian's Linux: boots it, types commands at the prompt of its shell, and tells what they answer.
import { runEngine } from '../engines.mjs';
import { PROMPT } from './debian-linux.mjs';

/**
 * @param {keyof typeof import('../engines.mjs').ENGINES} engine
 * @param {import('../engines.mjs').Boot} linux
 * @param {readonly string[]} commands of less than a line of the terminal, where the shell breaks their echo
 * @param longestSeconds of the whole session
 * @param {(line: string) => void} [onLine]
 * @returns {Promise<{ bootSeconds: number, answers: { command: string, text: string, seconds: number }[] }>}
 */
export async function linuxSession(engine, linux, commands, longestSeconds, onLine) {
  const answers = [];
  let bootSeconds;
  let typed; // the command that is under way: undefined before the first
  await runEngine(engine, linux, longestSeconds, (text, now, { finished, type }) => {
    if (finished) onLine?.(text);
    if (/Kernel panic/.test(text)) throw new Error(`Linux did not boot on ${engine}: ${text}`);
    if (typed && !typed.echoed) {
      typed.echoed = finished && text.endsWith(typed.command);
      return false;
    }
    if (!text.startsWith(PROMPT)) {
      if (finished) typed?.lines.push(text);
      return false;
    }
    if (typed)
      answers.push({ command: typed.command, text: typed.lines.join('\n'), seconds: now - typed.began });
    bootSeconds ??= now;
    const command = commands[answers.length];
    if (command === undefined) return true;
    typed = { command, lines: [], echoed: false, began: now };
    type(`${command}\n`);
    return false;
  });
  return { bootSeconds, answers };
}
