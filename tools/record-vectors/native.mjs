// The processor of this machine as a runner of vectors: translates records of test/vectors/FORMAT.md to the packed
// structures of record.c and back. Owns the program's process; knows nothing of instructions.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tagOf } from './mutate.mjs';

const DEFAULT_EIP = 0x20_0100;
const DEFAULT_SEGMENTS = [0x2b, 0x23, 0x2b, 0x2b, 0x0f, 0x17];
const COMPARED_FLAGS = 0x24_7dd5;
const EMPTY_X87 = { cw: 0x37f, sw: 0, tw: 0xffff, r: new Array(8).fill('0'.repeat(20)) };
const EMPTY_SSE = { mx: 0x1f80, x: new Array(8).fill('0'.repeat(32)) };
/** Vectors with an error code. */
const WITH_CODE = new Set([8, 10, 11, 12, 13, 14, 17]);
const BREAKPOINT = 3;
const PAGE_FAULT = 14;
/** `trap` of a case that did not end by itself. */
const TIMEOUT = 0xff;
/** Unchanged gaps below this many bytes are part of a run in `M`. */
const GAP = 4;

const INPUT_HEADER = 32 + 8 + 12 + 4 + 4;
const INPUT_SIZE = INPUT_HEADER + 512;
const OUTPUT_HEADER = 32 + 8 + 12 + 4 + 4 + 4;
const OUTPUT_SIZE = OUTPUT_HEADER + 512;
/** Offsets in an FXSAVE image (SDM vol. 1, table 10-2). */
const FX = { cw: 0, sw: 2, tags: 4, mxcsr: 24, st: 32, xmm: 160 };

const bigEndian = (bytes) => Buffer.from(bytes).reverse().toString('hex');

function encode({ c, r, f, e = DEFAULT_EIP, s = DEFAULT_SEGMENTS, m = [], x = EMPTY_X87, v = EMPTY_SSE }) {
  const code = Buffer.from(c, 'hex');
  const input = Buffer.alloc(INPUT_SIZE);
  r.forEach((value, n) => input.writeUInt32LE(value, n * 4));
  input.writeUInt32LE(e, 32);
  input.writeUInt32LE(f, 36);
  s.forEach((value, n) => input.writeUInt16LE(value, 40 + n * 2));
  input.writeUInt16LE(code.length, 52);
  input.writeUInt16LE(m.length, 54);
  input.writeUInt32LE(((s[1] & 4 ? 0x20_0000 : 0) + e) >>> 0, 56);
  const image = input.subarray(INPUT_HEADER);
  image.writeUInt16LE(x.cw, FX.cw);
  image.writeUInt16LE(x.sw, FX.sw);
  const top = (x.sw >> 11) & 7;
  for (let n = 0; n < 8; n++) {
    if (((x.tw >> (n * 2)) & 3) !== 3) image[FX.tags] |= 1 << n;
    Buffer.from(x.r[n], 'hex')
      .reverse()
      .copy(image, FX.st + ((n - top) & 7) * 16);
    Buffer.from(v.x[n], 'hex')
      .reverse()
      .copy(image, FX.xmm + n * 16);
  }
  image.writeUInt32LE(v.mx, FX.mxcsr);
  const patches = m.map(([address, hex]) => {
    const bytes = Buffer.from(hex, 'hex');
    const run = Buffer.alloc(8);
    run.writeUInt32LE(address, 0);
    run.writeUInt32LE(bytes.length, 4);
    return Buffer.concat([run, bytes]);
  });
  return Buffer.concat([input, ...patches, code]);
}

/** The runs of changed bytes as `M`, with small gaps filled from the memory before. */
function mergeRuns(runs, byteBefore) {
  const merged = [];
  for (const { address, bytes } of runs) {
    const last = merged.at(-1);
    if (last && address - (last.address + last.bytes.length) < GAP) {
      for (let a = last.address + last.bytes.length; a < address; a++) last.bytes.push(byteBefore(a));
      last.bytes.push(...bytes);
    } else merged.push({ address, bytes: [...bytes] });
  }
  return merged.map(({ address, bytes }) => [address, Buffer.from(bytes).toString('hex')]);
}

function decode(record, output, runs) {
  const { c, r, e = DEFAULT_EIP, s = DEFAULT_SEGMENTS, m = [], x = EMPTY_X87, v = EMPTY_SSE } = record;
  const trap = output.readUInt16LE(52);
  if (trap === TIMEOUT) return undefined;
  const after = {};
  let eip = output.readUInt32LE(32);
  const segments = s.map((_, n) => output.readUInt16LE(40 + n * 2));
  // A breakpoint is the filler's unless the instruction is itself one.
  const own = /^(?:26|2e|36|3e|64|65|66|67|f2|f3)*(?:cc|cd03)/.test(c);
  if (trap === BREAKPOINT && !own) eip -= 1;
  else after.t = trap;
  after.E = eip >>> 0;
  after.F = (output.readUInt32LE(36) & COMPARED_FLAGS) >>> 0;
  const R = r.map((_, n) => [n, output.readUInt32LE(n * 4)]).filter(([n, value]) => value !== r[n]);
  if (R.length) after.R = R;
  if (segments.some((selector, n) => selector !== s[n])) after.S = segments;
  const code = output.readUInt16LE(54);
  if (WITH_CODE.has(after.t)) after.k = after.t === PAGE_FAULT ? code & 7 : code;
  if (after.t === PAGE_FAULT) after.a = output.readUInt32LE(56);

  const patched = new Map();
  const patch = (address, hex) =>
    Buffer.from(hex, 'hex').forEach((byte, i) => patched.set(address + i, byte));
  for (const [address, hex] of m) patch(address, hex);
  const codeAddress = (s[1] & 4 ? 0x20_0000 : 0) + e;
  patch(codeAddress, c);
  const byteBefore = (address) =>
    patched.get(address) ??
    (address >= 0x20_0000 && address < 0x20_2000 ? 0xcc : Math.imul(address, 2654435761) >>> 24);
  const M = mergeRuns(runs, byteBefore);
  if (M.length) after.M = M;

  const image = output.subarray(OUTPUT_HEADER);
  const sw = image.readUInt16LE(FX.sw);
  const top = (sw >> 11) & 7;
  const registers = Array.from({ length: 8 }, (_, n) => {
    const at = FX.st + ((n - top) & 7) * 16;
    return bigEndian(image.subarray(at, at + 10));
  });
  let tw = 0;
  registers.forEach((text, n) => {
    tw |= ((image[FX.tags] >> n) & 1 ? tagOf(text) : 3) << (n * 2);
  });
  const X = {};
  const cw = image.readUInt16LE(FX.cw);
  if (cw !== x.cw) X.cw = cw;
  if (sw !== x.sw) X.sw = sw;
  if (tw !== x.tw) X.tw = tw;
  const changed = registers.map((text, n) => [n, text]).filter(([n, text]) => text !== x.r[n]);
  if (changed.length) X.r = changed;
  if (Object.keys(X).length) after.X = X;

  const V = {};
  const mx = image.readUInt32LE(FX.mxcsr);
  if (mx !== v.mx) V.mx = mx;
  const xmm = v.x
    .map((_, n) => [n, bigEndian(image.subarray(FX.xmm + n * 16, FX.xmm + n * 16 + 16))])
    .filter(([n, text]) => text !== v.x[n]);
  if (xmm.length) V.x = xmm;
  if (Object.keys(V).length) after.V = V;
  return after;
}

/** Compiles the recorder. @returns the path of the program, and `remove` for afterwards. */
export function buildRecorder() {
  const folder = mkdtempSync(join(tmpdir(), 'colinux-record-'));
  const program = join(folder, 'record');
  const flags = ['-O2', '-Wall', '-Wextra', '-fno-stack-protector', '-fcf-protection=none', '-fPIE', '-pie'];
  const { status, stderr } = spawnSync('gcc', [
    ...flags,
    '-o',
    program,
    join(import.meta.dirname, 'record.c'),
  ]);
  if (status !== 0) throw new Error(`gcc does not compile record.c: ${stderr}`);
  return { program, remove: () => rmSync(folder, { recursive: true }) };
}

/**
 * Executes the inputs of some records on this processor.
 * @returns for each the output fields of FORMAT.md section 3, or `undefined` where the instruction did not end.
 */
export async function recordAll(program, records) {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  child.stdin.on('error', () => undefined); // The exit code says it.
  child.stdin.end(Buffer.concat(records.map(encode)));
  const status = await ended;
  if (status !== 0) throw new Error(`the recorder ended with ${status}`);
  const all = Buffer.concat(chunks);
  let at = 0;
  return records.map((record) => {
    const output = all.subarray(at, at + OUTPUT_SIZE);
    at += OUTPUT_SIZE;
    const runs = Array.from({ length: output.readUInt32LE(60) }, () => {
      const address = all.readUInt32LE(at);
      const length = all.readUInt32LE(at + 4);
      const bytes = all.subarray(at + 8, at + 8 + length);
      at += 8 + length;
      return { address, bytes };
    });
    return decode(record, output, runs);
  });
}
