/** The requests that look at raw memory: readMemory, writeMemory, disassemble. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { fromBase64, toBase64 } from '../base64.ts';
import type { Debuggee } from '../debuggee.ts';
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import { listing } from '../listing.ts';
import { placeOf } from '../memory-reference.ts';
import { bytesText, hex } from '../registers.ts';

/** Most bytes one readMemory may ask for. */
const MAX_READ = 1 << 20;
/** Most instructions one disassemble may ask for. */
const MAX_INSTRUCTIONS = 5000;

function countOf(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new AdapterError(
    'bad-request',
    say`The request needs "${name}" as a whole number that is not negative.`,
  );
}

export async function readMemory(
  debuggee: Debuggee,
  args: DebugProtocol.ReadMemoryArguments,
): Promise<NonNullable<DebugProtocol.ReadMemoryResponse['body']>> {
  const { address, space } = placeOf(args.memoryReference, args.offset, debuggee.coroutines.current);
  const count = Math.min(countOf('count', args.count), MAX_READ, 0x1_0000_0000 - address);
  const { bytes } = await debuggee.request('readMemory', { space, address, length: count });
  return {
    address: hex(address),
    ...(bytes.length > 0 ? { data: toBase64(bytes) } : {}),
    ...(bytes.length < count ? { unreadableBytes: count - bytes.length } : {}),
  };
}

export async function writeMemory(
  debuggee: Debuggee,
  args: DebugProtocol.WriteMemoryArguments,
): Promise<NonNullable<DebugProtocol.WriteMemoryResponse['body']>> {
  const { address, space } = placeOf(args.memoryReference, args.offset, debuggee.coroutines.current);
  const bytes = bytesOf(args.data);
  const readable = await debuggee.request('readMemory', { space, address, length: bytes.length });
  // Without allowPartial nothing is written unless everything can be.
  if (readable.bytes.length < bytes.length && !args.allowPartial) {
    throw new AdapterError(
      'bad-address',
      say`Only ${readable.bytes.length} of ${bytes.length} bytes at ${hex(address)} are mapped: nothing was written.`,
    );
  }
  const { written } = await debuggee.request('writeMemory', { space, address, bytes });
  debuggee.forget();
  return { bytesWritten: written };
}

/** @param source names a source file for the client; `undefined` for one that is not there */
export async function disassembleRequest(
  debuggee: Debuggee,
  args: DebugProtocol.DisassembleArguments,
  source: (file: string) => Promise<DebugProtocol.Source | undefined>,
): Promise<NonNullable<DebugProtocol.DisassembleResponse['body']>> {
  const { current } = debuggee.coroutines;
  const { address, coroutine, space } = placeOf(args.memoryReference, args.offset, current);
  const count = Math.min(countOf('instructionCount', args.instructionCount), MAX_INSTRUCTIONS);
  const wanted = args.instructionOffset ?? 0;
  const offset = Math.max(-MAX_INSTRUCTIONS, Math.min(wanted, MAX_INSTRUCTIONS));
  const cr3 = space.kind === 'coroutine' ? space.cr3 : undefined;
  const lines = await listing(debuggee, coroutine, address, offset, count, cr3);
  const files = new Set(lines.flatMap(({ position }) => (position ? [position.file] : [])));
  const sources = new Map(
    await Promise.all([...files].map(async (file) => [file, await source(file)] as const)),
  );
  const instructions = lines.map(
    ({ address: at, text, bytes, symbol, position }): DebugProtocol.DisassembledInstruction => {
      const location = position && sources.get(position.file);
      return {
        address: hex(at),
        instruction: text,
        ...(bytes.length > 0 ? { instructionBytes: bytesText(bytes) } : { presentationHint: 'invalid' }),
        ...(symbol !== undefined && { symbol }),
        ...(location && { location, line: position.line }),
      };
    },
  );
  return { instructions };
}

function bytesOf(data: unknown): Uint8Array {
  const bytes = typeof data === 'string' ? fromBase64(data) : undefined;
  if (!bytes) throw new AdapterError('bad-request', say`The bytes to write must be base64 text in "data".`);
  return bytes;
}
