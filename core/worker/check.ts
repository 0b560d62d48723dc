/**
 * Checks of what arrives over the machine protocol: the other side is not trusted. Tiny predicates that return an error
 * sentence or `undefined`, and one for each request.
 */
import { MAX_CONSOLE_PORTS, MAX_DEVICES } from '../protocol/device-protocol.ts';
import type { CatchSpec } from '../protocol/debug-protocol.ts';
import {
  CALLER_ROW,
  CPU_MODELS,
  LOOK_KINDS,
  type LookKind,
  MAX_LOOK_BYTES,
  MAX_LOOKS,
  type RequestKind,
} from '../protocol/machine-protocol.ts';

type Check = (value: unknown) => string | undefined;
type Fields = Readonly<Record<string, Check>>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const describe = (value: unknown) =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'an array'
      : typeof value === 'number'
        ? String(value)
        : typeof value;

const integer =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `a whole number from ${least} to ${most}, found ${describe(value)}`;
const address = integer(0, 0xffff_ffff);
const boolean: Check = (value) =>
  typeof value === 'boolean' ? undefined : `true or false, found ${describe(value)}`;
const string: Check = (value) =>
  typeof value === 'string' ? undefined : `a string, found ${describe(value)}`;
const bytes: Check = (value) => (value instanceof Uint8Array ? undefined : `bytes, found ${describe(value)}`);
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value)
      ? undefined
      : `one of ${words.join(', ')}, found ${typeof value === 'string' ? value : describe(value)}`;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);
const listOf =
  (item: Check, most: number): Check =>
  (value) => {
    if (!Array.isArray(value)) return `an array, found ${describe(value)}`;
    if (value.length > most) return `at most ${most} items, found ${value.length}`;
    for (const element of value) {
      const error = item(element);
      if (error) return `items that are ${error}`;
    }
    return undefined;
  };
function fields(shape: Fields): Check {
  const names = Object.keys(shape);
  return (value) => {
    if (!isRecord(value)) return `an object, found ${describe(value)}`;
    for (const name of names) {
      const error = shape[name](value[name]);
      if (error) return `"${name}" to be ${error}`;
    }
    return undefined;
  };
}
/** The end of a range may be that of all addresses. */
const end = integer(0, 0x1_0000_0000);
const pair: Check = (value) =>
  Array.isArray(value) && value.length === 2 && !address(value[0]) && !end(value[1])
    ? undefined
    : `pairs of addresses, found ${describe(value)}`;

/** Most ranges of a request. */
const MAX_RANGES = 4096;
const image = fields({ bytes, name: string, args: string });
const coroutineSpace = fields({ coroutine: integer(0, 64), cr3: optional(address) });
const otherSpace = fields({ kind: oneOf('current', 'physical', 'coroutine') });
const space: Check = (value) =>
  isRecord(value) && value.kind === 'coroutine' ? coroutineSpace(value) : otherSpace(value);
/** Most rows of rules for frames. */
const MAX_ROWS = 4096;
const rows: Check = (value) =>
  value instanceof Uint32Array && value.length % 4 === 0 && value.length <= MAX_ROWS * 4
    ? undefined
    : `rows of four words, found ${describe(value)}`;
const callers: Check = (value) =>
  value instanceof Uint32Array && value.length % CALLER_ROW === 0 && value.length <= MAX_ROWS * CALLER_ROW
    ? undefined
    : `rows of five words, found ${describe(value)}`;
const stepInstruction = fields({ over: boolean, callers: optional(callers) });
const stepRange = fields({
  over: boolean,
  ranges: listOf(pair, MAX_RANGES),
  frame: optional(fields({ cfa: address, rows })),
  callers: optional(callers),
});
const stepUntil = fields({
  ...{ address, stack: address, coroutine: integer(0, 64) },
  callers: optional(callers),
});
const step: Check = (value) => {
  if (!isRecord(value)) return `an object, found ${describe(value)}`;
  switch (value.kind) {
    case 'instruction':
      return stepInstruction(value);
    case 'range':
      return stepRange(value);
    case 'until':
      return stepUntil(value);
    default:
      return '"kind" to be one of instruction, range, until';
  }
};

/** Most bytes of a name that a guest sees. */
const MAX_NAME = 64;
const name: Check = (value) =>
  typeof value === 'string' && /^[ -~]*$/.test(value) && value.length <= MAX_NAME
    ? undefined
    : `at most ${MAX_NAME} printable ASCII characters, found ${describe(value)}`;
const mac: Check = (value) =>
  value instanceof Uint8Array && value.length === 6 ? undefined : `six bytes, found ${describe(value)}`;
const disk: Check = (value) => {
  const common = fields({ kind: oneOf('memory', 'outside'), serial: name, readOnly: boolean })(value);
  if (common) return common;
  return isRecord(value) && value.kind === 'memory'
    ? fields({ bytes })(value)
    : fields({ sectors: integer(1, 2 ** 44) })(value);
};
const consolePorts: Check = (value) =>
  Array.isArray(value) && value.length === 0
    ? 'at least one port'
    : listOf(fields({ name, terminal: boolean }), MAX_CONSOLE_PORTS)(value);
const devices = fields({
  disks: optional(listOf(disk, MAX_DEVICES)),
  networks: optional(listOf(fields({ kind: oneOf('loopback', 'outside'), mac }), MAX_DEVICES)),
  console: optional(fields({ ports: consolePorts })),
  rng: optional(fields({ seed: integer(-(2 ** 31), 0xffff_ffff) })),
  shares: optional(listOf(fields({ tag: name }), MAX_DEVICES)),
  watchdog: optional(fields({ action: oneOf('nmi', 'reset') })),
});
/** Counts devices of one kind. */
const unit = integer(0, MAX_DEVICES - 1);
const outcome: Check = (value) =>
  fields({ ok: boolean })(value) ??
  (isRecord(value) && value.ok === true ? fields({ data: optional(bytes) })(value) : undefined);

/** Bytes of the widest register. */
const MAX_REGISTER = 16;
const registerValue: Check = (value) =>
  value instanceof Uint8Array
    ? value.length <= MAX_REGISTER
      ? undefined
      : `at most ${MAX_REGISTER} bytes, found ${value.length}`
    : address(value);

/** Expressions of conditions: only their size is checked here, the compiler of the core looks at what they say. */
const MAX_EXPRESSION = 10_000;
const expression: Check = (value) => {
  let parts = 0;
  const tooLarge = (part: unknown): boolean =>
    ++parts > MAX_EXPRESSION || (isRecord(part) && Object.values(part).some(tooLarge));
  if (!isRecord(value)) return `an expression, found ${describe(value)}`;
  return tooLarge(value) ? `an expression of at most ${MAX_EXPRESSION} parts` : undefined;
};
const filter: Fields = {
  id: integer(0, 2 ** 31),
  coroutine: integer(-1, 64),
  cr3: optional(address),
  ring: optional(integer(0, 3)),
  condition: optional(expression),
  hit: optional(
    fields({ kind: oneOf('equal', 'atLeast', 'atMost', 'multiple'), count: integer(1, 2 ** 31) }),
  ),
};
const logValue: Check = (value) =>
  isRecord(value) && value.kind === 'value'
    ? fields({ expression })(value)
    : fields({
        kind: oneOf('value', 'memory'),
        address: expression,
        length: integer(1, 4096),
        text: boolean,
      })(value);
const breakpoint = fields({
  ...filter,
  address,
  physical: optional(boolean),
  log: optional(fields({ values: listOf(logValue, 64) })),
});
const resumption = fields({ visit: optional(boolean) });
const vectors = listOf(integer(0, 255), 256);
const CATCHPOINTS: Readonly<Record<CatchSpec['kind'], Fields>> = {
  exception: { vectors },
  interrupt: { vectors, source: oneOf('hardware', 'software', 'any') },
  ring: { from: integer(-1, 3), to: integer(-1, 3) },
  control: { register: integer(0, 4), change: boolean },
  msr: { index: integer(-1, 0xffff_ffff) },
  switch: { from: integer(-1, 64), to: integer(-1, 64), operation: integer(-1, 0xffff_ffff) },
  port: {
    first: integer(0, 0xffff),
    last: integer(0, 0xffff),
    access: oneOf('read', 'write', 'readWrite'),
  },
  execute: { pages: oneOf('new', 'writable', 'outside'), known: optional(listOf(pair, MAX_RANGES)) },
};
const catchpoint: Check = (value) => {
  const kinds = Object.keys(CATCHPOINTS);
  if (!isRecord(value) || typeof value.kind !== 'string' || !kinds.includes(value.kind))
    return `a "kind" of ${kinds.join(', ')}`;
  return fields({ ...filter, ...CATCHPOINTS[value.kind as CatchSpec['kind']] })(value);
};
const access = fields({ kind: oneOf('read', 'write', 'execute'), user: boolean });
/** Most records of one answer. */
const MAX_RECORDS = 0x1_0000;
const range = fields({ first: integer(-MAX_RECORDS, 2 ** 53 - 1), most: integer(0, MAX_RECORDS) });

/** Most breakpoints a client may set. */
const MAX_BREAKPOINTS = 100_000;
/** Most watchpoints, and bytes of one. */
const MAX_WATCHPOINTS = 1000;
const MAX_WATCHED = 0x1_0000;
/** Most bytes one read may ask for. */
export const MAX_READ = 16 << 20;

const CHECKS: Readonly<Record<RequestKind, Check>> = {
  boot: fields({
    memoryBytes: integer(1, 2 ** 31),
    kernel: image,
    modules: listOf(image, 256),
    initrd: optional(image),
    rtcSeconds: integer(0, 2 ** 40),
    pace: oneOf('real', 'fast'),
    cpu: optional(oneOf(...CPU_MODELS)),
    devices: optional(devices),
  }),
  end: fields({}),
  recallRegions: fields({ kept: bytes }),
  keptRegions: fields({}),
  resume: resumption,
  step,
  resumeStep: resumption,
  pause: fields({}),
  logPointsHeard: fields({ count: integer(0, 2 ** 31) }),
  snapshot: fields({}),
  readMemory: fields({ space, address, length: integer(0, MAX_READ) }),
  writeMemory: fields({ space, address, bytes }),
  writeRegister: fields({ name, value: registerValue }),
  readMsr: fields({ index: address }),
  expect: fields({ looks: listOf(look, MAX_LOOKS) }),
  setBreakpoints: fields({
    breakpoints: listOf(breakpoint, MAX_BREAKPOINTS),
  }),
  setCatchpoints: fields({ catchpoints: listOf(catchpoint, MAX_WATCHPOINTS) }),
  setWatchpoints: fields({
    watchpoints: listOf(
      fields({
        ...filter,
        space,
        address,
        length: integer(1, MAX_WATCHED),
        bits: optional(fields({ offset: integer(0, 8 * MAX_WATCHED), width: integer(0, 8 * MAX_WATCHED) })),
        access: oneOf('read', 'write', 'readWrite', 'change'),
      }),
      MAX_WATCHPOINTS,
    ),
  }),
  input: fields({ port: oneOf('com1', 'com2'), bytes }),
  nmi: fields({}),
  completeBlock: fields({ disk: unit, id: address, outcome }),
  networkFrame: fields({ network: unit, bytes }),
  networkLink: fields({ network: unit, up: boolean }),
  consoleInput: fields({ port: integer(0, MAX_CONSOLE_PORTS - 1), bytes }),
  consoleSize: fields({ columns: integer(1, 0xffff), rows: integer(1, 0xffff) }),
  completeShare: fields({ share: unit, id: address, bytes }),
  switches: range,
  transitions: range,
  spaceLoads: range,
  openEntries: fields({ coroutine: integer(0, 64) }),
  branches: fields({ most: integer(0, MAX_RECORDS) }),
  pageWalk: fields({ space, cr3: optional(address), address, access: optional(access) }),
  mappings: fields({ space, cr3: optional(address) }),
  reverseMap: fields({ physical: address }),
  devices: fields({}),
  traffic: range,
  capture: fields({}),
  recordExecution: fields({ on: boolean }),
  executed: fields({}),
  startProfile: fields({}),
  stopProfile: fields({}),
  hash: fields({}),
};

const lookKind = oneOf(...LOOK_KINDS);
const shortRead = fields({ length: optional(integer(0, MAX_LOOK_BYTES)) });
function look(value: unknown): string | undefined {
  if (!isRecord(value)) return `objects, found ${describe(value)}`;
  return lookKind(value.kind) ?? CHECKS[value.kind as LookKind](value.params) ?? shortRead(value.params);
}

/** What is wrong with a message: a sentence for programmers of the other side, or `undefined` when it is a well-formed request. */
export function checkRequest(message: unknown): string | undefined {
  if (!isRecord(message)) return `A request must be an object, found ${describe(message)}.`;
  const { kind } = message;
  if (typeof kind !== 'string' || !Object.hasOwn(CHECKS, kind))
    return `There is no request "${String(kind)}".`;
  const error = CHECKS[kind as RequestKind](message.params);
  return error ? `The request "${kind}" expects ${error}.` : undefined;
}
