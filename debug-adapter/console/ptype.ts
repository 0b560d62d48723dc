/** `ptype`: a type with its parts, as gdb shows it; with /o where they lie. */
import { say } from '../../core/sentences/say.ts';
import { layoutOf, type LayoutWords } from '../values/type-layout.ts';
import { hex } from '../registers.ts';
import { type Command, type ConsoleContext, misused } from './command.ts';
import { table } from './style.ts';

export const ptype: Command = {
  name: 'ptype',
  usage: 'ptype[/o] TYPE | EXPRESSION',
  help: say`a type as it is declared; /o: with the offset and size of each part, and what lies between them`,
  operand: 'expression',
  async run(context, operands, letters) {
    const { session, frame, style } = context;
    if (operands === '') throw misused(ptype, say`a type or an expression is missing`);
    if (letters !== '' && letters !== 'o') throw misused(ptype, say`"/${letters}" is not known`);
    const type = await session.looking().typeOf(operands, frame);
    const lines = layoutOf(type, letters === 'o', wordsOf(context));
    // A type without parts is a line of its own, with no columns before it.
    const places = lines.some(({ place }) => place !== undefined);
    const rows = lines.map(({ depth, text, place }) => {
      const indented = '    '.repeat(depth) + text;
      if (!places) return [indented];
      if (!place) return ['', '', indented];
      const bit = place.bit === undefined ? '' : `:${place.bit}`;
      return [style.dim(hex(place.offset, 4) + bit), String(place.size), indented];
    });
    return places ? table(rows) : rows.join('\n');
  },
};

function wordsOf({ tell, style }: ConsoleContext): LayoutWords {
  const size = (bits: number) => (bits % 8 === 0 ? say`${bits / 8} bytes` : say`${bits} bits`);
  return {
    empty: tell(say`<no data fields>`),
    incomplete: tell(say`<incomplete type>`),
    more: tell(say`… and more`),
    hole: (bits) => style.dim(tell(say`/* nothing: ${size(bits)} */`)),
    padding: (bits) => style.dim(tell(say`/* nothing at the end: ${size(bits)} */`)),
  };
}
