// New inputs from recorded vectors: the same instruction with other registers, flags, memory, x87 and SSE values, or
// with its bytes changed. Every choice comes from a seed, so a report can be repeated. Knows the record format, and of
// instructions only what must not run natively (see record.c).

/** Values at which arithmetic changes its mind. */
const EDGES = [
  0, 1, 2, 15, 16, 31, 32, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
/** Where memory begins and ends: operands there cross pages and regions. */
const PLACES = [0x8000, 0xbff8, 0x30_0000, 0x30_1000, 0x30_3ff8, 0x30_4000, 0x30_4ff8, 0x40_0000, 0x40_1ff8];
const ARITHMETIC_FLAGS = 0x8d5;
const ESP = 4;

/** mulberry32. */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (n) => next() % n;
  return {
    next,
    below,
    pick: (from) => from[below(from.length)],
    chance: (p) => next() < p * 0x1_0000_0000,
  };
}

/** The opcode bytes after the prefixes. */
export function opcodeOf(c) {
  const bytes = [...Buffer.from(c, 'hex')];
  const start = bytes.findIndex((byte) => !PREFIXES.has(byte));
  return start < 0
    ? { prefixes: bytes, rest: [] }
    : { prefixes: bytes.slice(0, start), rest: bytes.slice(start) };
}

/** What the kernel would see or answer, what differs from run to run, and encodings that only newer processors have. */
export function unrecordable(c) {
  const {
    rest: [opcode, second = 0xcc, third = 0xcc],
  } = opcodeOf(c);
  const digit = (modrm) => (modrm >> 3) & 7;
  if (opcode === undefined) return true;
  // INT 80h is the kernel's; 62, C4 and C5 with a register operand are vector prefixes; 8F /1-7 is XOP.
  if (opcode === 0xcd) return second === 0x80 || second === 0xcc;
  if ([0x62, 0xc4, 0xc5].includes(opcode)) return second >= 0xc0;
  if (opcode === 0x8f) return digit(second) !== 0;
  if (opcode !== 0x0f) return false;
  if (second === 0x00) return digit(third) < 2;
  if (second === 0xae) return digit(third) >= 4;
  if (second === 0xc7) return digit(third) >= 2;
  const kernelOrTime = [0x01, 0x05, 0x07, 0x31, 0x33, 0x34, 0x35, 0x37, 0xa2];
  // PREFETCHW and 3DNow!, SSSE3 to SSE4.2, SSE4a, SSE3.
  const newer = [0x0d, 0x0e, 0x0f, 0x38, 0x3a, 0x78, 0x79, 0x7c, 0x7d, 0xd0, 0xf0];
  return kernelOrTime.includes(second) || newer.includes(second);
}

export function createMutator({ next, below, pick, chance }) {
  const dword = () =>
    chance(0.3) ? (pick(EDGES) + below(3) - 1) >>> 0 : next() >>> (chance(0.5) ? 0 : below(32));
  const place = () => pick(PLACES) + below(16);
  const hex = (value, digits) => value.toString(16).padStart(digits, '0').slice(-digits);
  const random64 = () => (BigInt(next()) << 32n) | BigInt(next());

  /** An x87 register of each class: zero, denormal, unnormal, normal, infinity, NaN. */
  function extended() {
    const signs = below(2) << 15;
    const significand = pick([
      0n,
      1n,
      (1n << 63n) - 1n,
      random64() >> 1n,
      (random64() << BigInt(below(63))) & ((1n << 63n) - 1n),
    ]);
    const exponent = chance(0.6)
      ? 0x3fff + below(140) - 70
      : pick([0, 0, 1, 0x7ffe, 0x7fff, 0x7fff, below(0x8000)]);
    const integerBit = exponent !== 0 && chance(0.93) ? 1n << 63n : 0n;
    return hex(signs | exponent, 4) + hex(significand | integerBit, 16);
  }
  const single = () =>
    (below(2) * 0x8000_0000 +
      pick([0, 1, 0x7f, 0xfe, 0xff, below(256), 120 + below(16)]) * 0x80_0000 +
      pick([0, 1, below(0x80_0000)])) >>>
    0;
  const double = () =>
    (BigInt(below(2)) << 63n) |
    (BigInt(pick([0, 1, 0x3ff, 0x7fe, 0x7ff, below(2048), 1000 + below(60)])) << 52n) |
    pick([0n, 1n, random64() >> 12n]);
  const quarters = (make, digits) => Array.from({ length: 32 / digits }, () => hex(make(), digits)).join('');
  const xmm = () => pick([() => quarters(next, 8), () => quarters(single, 8), () => quarters(double, 16)])();

  function memoryBytes(length) {
    if (length === 10) return Buffer.from(extended(), 'hex').reverse().toString('hex');
    const bytes = Buffer.from(quarters(next, 8).repeat(Math.ceil(length / 16)), 'hex').subarray(0, length);
    if (length === 4) bytes.writeUInt32LE(chance(0.5) ? single() : dword());
    if (length === 8) bytes.writeBigUInt64LE(chance(0.5) ? double() : random64());
    return bytes.toString('hex');
  }

  /** Tags and the summary bits agree with the contents, as FXRSTOR would have it. */
  function consistent(x) {
    let tw = 0;
    x.r.forEach((text, n) => {
      tw |= ((x.tw >> (n * 2)) & 3) === 3 ? 3 << (n * 2) : tagOf(text) << (n * 2);
    });
    const pending = x.sw & ~x.cw & 0x3f ? 0x8080 : 0;
    return { ...x, tw, sw: (x.sw & ~0x8080) | pending };
  }

  return {
    /** The same instruction on another state. */
    state({ n, c, r, f, e, s, m, x, v }) {
      const often = pick([0, 0.15, 0.4]);
      const mutated = {
        n,
        c,
        r: r.map((value, i) => (i === ESP || !chance(often) ? value : chance(0.25) ? place() : dword())),
        f: chance(0.7) ? (f & ~ARITHMETIC_FLAGS) | (next() & ARITHMETIC_FLAGS) : f,
        ...(e !== undefined && { e }),
        ...(s && { s }),
      };
      if (m)
        mutated.m = m.map(([address, bytes]) => [
          address,
          chance(0.7) ? memoryBytes(bytes.length / 2) : bytes,
        ]);
      if (x)
        mutated.x = consistent({
          cw: chance(0.5) ? (x.cw & ~0xf00) | (below(16) << 8) : chance(0.2) ? x.cw ^ below(64) : x.cw,
          sw: chance(0.2) ? (x.sw & ~0x4700) | (next() & 0x4700) : x.sw,
          tw: chance(0.1) ? x.tw ^ (3 << (2 * below(8))) : x.tw,
          r: x.r.map((text) => (chance(0.7) ? extended() : text)),
        });
      if (v)
        mutated.v = {
          mx: chance(0.4)
            ? (v.mx & ~0xe040) | (next() & 0xe040)
            : chance(0.1)
              ? (v.mx & ~0x1f80) | (next() & 0x1f80)
              : v.mx,
          x: v.x.map((text) => (chance(0.7) ? xmm() : text)),
        };
      return mutated;
    },
    /** One or two changes of the instruction bytes: a bit, a byte, a prefix. */
    code(c) {
      const bytes = [...Buffer.from(c, 'hex')];
      for (let n = 1 + below(2); n > 0; n--) {
        const at = below(bytes.length);
        const change = below(4);
        if (change === 0) bytes[at] ^= 1 << below(8);
        else if (change === 1) bytes[at] = below(256);
        else if (change === 2 && bytes.length < 15) bytes.unshift(pick([...PREFIXES]));
        else if (bytes.length < 15) bytes.push(below(256));
      }
      return Buffer.from(bytes).toString('hex');
    },
  };
}

/** The two tag bits of a full register (SDM vol. 1, 8.1.7): valid, zero or special. */
export function tagOf(text) {
  const exponent = parseInt(text.slice(0, 4), 16) & 0x7fff;
  const significand = text.slice(4);
  if (exponent === 0x7fff) return 2;
  if (exponent === 0) return /^0+$/.test(significand) ? 1 : 2;
  return parseInt(significand[0], 16) & 8 ? 0 : 2;
}
