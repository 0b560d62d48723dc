/**
 * How the processor came to a place that no image of a kernel or program has code at: through a pointer to a function that is null, by a
 * return over an overwritten stack. The call stack begins behind it at best; the machine's record of branches always knows.
 */
import type { Debuggee } from './debuggee.ts';
import type { Coroutines } from './coroutines.ts';
import { symbolText } from './symbol-text.ts';
import { say, type Sentence } from '../core/sentences/say.ts';

const hex = (value: number) => '0x' + (value >>> 0).toString(16).padStart(8, '0');

/** Opcodes of RET, far RET and IRET; of CALL with an operand of its own, near and far (SDM vol. 2). */
const RETURNS = [0xc2, 0xc3, 0xca, 0xcb, 0xcf];
const CALLS = [0xe8, 0x9a];
/** What may stand before them: `rep ret` of older compilers, `notrack` of newer ones. */
const PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3];
const MOST_BYTES = 15;
/** Group 5, where bits 3 to 5 of the ModR/M byte tell CALL (/2, /3) from JMP (/4, /5). */
const GROUP_5 = 0xff;

/** @returns `undefined` where the processor is in code that is known, or has come there by no branch */
export async function wildArrival({
  coroutines,
  lastStop,
  request,
}: Debuggee): Promise<Sentence | undefined> {
  const pc = lastStop?.snapshot.cpu.linearEip;
  if (pc === undefined) return undefined;
  const { current } = coroutines;
  const isKnown = (address: number) => {
    const resolved = coroutines.resolve(current, address);
    return resolved?.image.isCode((address - resolved.bias) >>> 0) === true;
  };
  if (isKnown(pc)) return undefined;
  const last = (await request('branches', { most: 1 })).branches.at(-1);
  if (last?.to !== pc || !isKnown(last.from)) return undefined;
  const { from } = last;
  const space = { kind: 'current' } as const;
  const { bytes } = await request('readMemory', { space, address: from, length: MOST_BYTES });
  const place = placeOf(coroutines, from);
  const at = bytes.findIndex((byte) => !PREFIXES.includes(byte));
  const [opcode = 0, modrm = 0] = bytes.subarray(Math.max(0, at));
  if (RETURNS.includes(opcode)) return say`a return in ${place} has led there`;
  const isCall = CALLS.includes(opcode) || (opcode === GROUP_5 && ((modrm >> 4) & 3) === 1);
  return isCall ? say`a call in ${place} has led there` : say`a jump in ${place} has led there`;
}

/** `kmain+0x74 (main.c:41)`, or the address alone. */
function placeOf(coroutines: Coroutines, address: number): string {
  const resolved = coroutines.resolve(coroutines.current, address);
  const line = resolved?.image.lineAt((address - resolved.bias) >>> 0);
  const symbol = symbolText(coroutines, coroutines.current, address) ?? hex(address);
  return line && line.line > 0 ? `${symbol} (${line.file.replace(/^.*[\\/]/, '')}:${line.line})` : symbol;
}
