/** `sym`: what is at an address, or where a name is. */
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import { symbolText } from '../symbol-text.ts';
import { hex } from '../registers.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { type Command, type ConsoleContext, misused } from './command.ts';
import { addressOf } from './operands.ts';
import { table } from './style.ts';
import { say } from '../../core/sentences/say.ts';

export const sym: Command = {
  name: 'sym',
  usage: 'sym ADDR | sym NAME',
  help: say`the symbol and source line of an address, or the addresses of a name in all images`,
  operand: 'expression',
  async run(context, operands) {
    if (operands === '') throw misused(sym, say`an address or a name is missing`);
    if (/^[\p{XID_Start}_.][\p{XID_Continue}.$]*$/u.test(operands)) {
      const rows = context.session
        .owners()
        .flatMap(({ image, coroutine, biases }) =>
          placesOf(image, operands).flatMap((link) =>
            biases.map((bias) => [
              context.style.name(operands),
              hex(link + bias),
              image.name,
              lineText(image, link),
              coroutine < 0
                ? ''
                : context.style.dim(context.tell(context.machine.coroutines.title(coroutine))),
            ]),
          ),
        );
      return rows.length > 0 ? table(rows) : context.tell(say`No image has a symbol "${operands}".`);
    }
    const { address, coroutine } = await addressOf(context, operands);
    return atAddress(context, coroutine, address);
  },
};

function placesOf(image: SymbolImage, name: string): number[] {
  const functions = image.findFunctions(name).map(({ lowPc }) => lowPc);
  if (functions.length > 0) return functions;
  const symbol = image.symbolNamed(name);
  return symbol ? [symbol.address] : [];
}

function lineText(image: SymbolImage, link: number): string {
  const line = image.lineAt(link);
  return line && line.line > 0 ? `${line.file}:${line.line}` : '';
}

function atAddress(
  { machine, style, tell }: ConsoleContext,
  coroutine: CoroutineId,
  address: number,
): string {
  const name = symbolText(machine.coroutines, coroutine, address);
  const resolved = machine.coroutines.resolve(coroutine, address);
  if (name === undefined) return tell(say`No symbol covers ${hex(address)}.`);
  if (!resolved) return `${hex(address)}  ${style.name(name)}`;
  const place = lineText(resolved.image, (address - resolved.bias) >>> 0);
  return [hex(address), style.name(name), tell(say`in ${resolved.image.name}`), place]
    .filter(Boolean)
    .join('  ');
}
