/** What `monitor` does in gdb (packet `qRcmd`): what its own commands cannot tell of a PC with two kernels. */
import type { AccessKind } from '../../core/protocol/debug-protocol.ts';
import { type CoroutineId, HOST } from '../../core/protocol/machine-protocol.ts';
import { lastBranches, type RecordCommand, rings, switches } from '../console/records.ts';
import { styleFor, table } from '../console/style.ts';
import { walkText } from '../console/walk.ts';
import { hex } from '../registers.ts';
import type { StubMachine } from './machine.ts';
import { processOf } from './threads.ts';
import { say, type Sentence, tell } from '../../core/sentences/say.ts';

export interface MonitorContext {
  readonly machine: StubMachine;
  /** That gdb has asked about last: it does not say which inferior is selected. */
  readonly coroutine: CoroutineId;
  /** Boots the machine again; the client's breakpoints stay. */
  reset(): Promise<void>;
}

interface Command {
  readonly usage: string;
  readonly help: string;
  /** @throws Error with a sentence for the user */
  run(context: MonitorContext, words: readonly string[]): Promise<string>;
}

/** gdb speaks English. */
const plain = { style: styleFor(false), tell: (sentence: Sentence) => tell(sentence) };
const KINDS: Readonly<Record<string, AccessKind['kind']>> = { r: 'read', w: 'write', x: 'execute' };

const record = (command: RecordCommand): Command => ({
  usage: tell(say`${command.usage}`),
  help: tell(command.help),
  run: ({ machine }, words) => command.run({ machine, ...plain }, words.join(' ')),
});

async function info({ machine }: MonitorContext): Promise<string> {
  const { cpu, instructions, virtualNanoseconds, pending } = machine.stop.snapshot;
  const rows = machine.all.map((coroutine) => [
    `${processOf(coroutine)}`,
    machine.coroutines.name(coroutine),
    machine.stateOf(coroutine),
  ]);
  const lines = [
    `${instructions} instructions, ${virtualNanoseconds / 1e6} ms of virtual time`,
    `cs:eip ${hex(cpu.segments[1]!.selector, 4)}:${hex(cpu.eip)}, ring ${cpu.cpl}, cr0 ${hex(cpu.cr0)}, cr3 ${hex(cpu.cr3)}`,
    ...(pending ? [`exception ${pending.vector} happens as soon as the machine goes on`] : []),
    table(rows),
  ];
  return Promise.resolve(lines.join('\n'));
}

/** A number as C writes it, of at most 32 bits. @param wanted what the command expects */
function numberOf(text: string | undefined, wanted: string): number {
  if (text !== undefined && /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) && Number(text) <= 0xffff_ffff)
    return Number(text);
  throw new Error(`expects ${wanted}, but found ${text ?? 'nothing'}.`);
}

/** Reads a model-specific register, or writes it. */
async function msr({ machine }: MonitorContext, [first, value]: readonly string[]): Promise<string> {
  const index = numberOf(first, 'the number of a register like 0x174');
  if (value !== undefined) {
    if (!/^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(value) || BigInt.asUintN(64, BigInt(value)) !== BigInt(value))
      throw new Error(`expects a value of 64 bits, but found ${value}.`);
    const bytes = new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
    await machine.request('writeRegister', { name: `msr[${hex(index)}]`, value: bytes });
  }
  const { bytes } = await machine.request('readMsr', { index });
  if (!bytes) throw new Error(`the processor has no model-specific register ${hex(index)}.`);
  const [low, high] = new Uint32Array(bytes.slice().buffer);
  return `${hex(high!)}_${hex(low!).slice(2)}`;
}

/** Whose address it is: that of the prefix (`host:`, `guest0:`), else of what gdb has asked about last, which need not be what it shows. */
function ownerOf({ machine, coroutine }: MonitorContext, prefix: string | undefined): CoroutineId {
  const [, monitor] = /^guest(\d+)$/.exec(prefix ?? '') ?? [];
  const meant = prefix === undefined ? coroutine : monitor === undefined ? HOST : Number(monitor) + 1;
  if (machine.all.includes(meant)) return meant;
  throw new Error(`there is no ${prefix ?? 'such'} kernel here.`);
}

async function walk(context: MonitorContext, words: readonly string[]): Promise<string> {
  const { machine } = context;
  const given = [...words];
  const [, prefix, digits] = /^(?:(host|guest\d+):)?(.*)$/.exec(given.shift() ?? '') ?? [];
  const address = numberOf(
    digits === '' ? undefined : digits,
    'an address like 0xc0100000 or host:0xc0100000',
  );
  const coroutine = ownerOf(context, prefix);
  const user = given.at(-1) === 'user';
  if (user) given.pop();
  const [letter = 'r', more] = given;
  const kind = KINDS[letter];
  if (kind === undefined || more !== undefined)
    throw new Error(`expects r, w or x and perhaps "user" behind the address: ${COMMANDS.walk!.usage}.`);
  const access = { kind, user };
  const found = await machine.request('pageWalk', { space: machine.spaceOf(coroutine), address, access });
  return `${machine.coroutines.name(coroutine)}: ${walkText(found, access, plain)}`;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  help: { usage: 'help', help: 'this list', run: () => Promise.resolve(help()) },
  info: { usage: 'info', help: 'time, mode, and what each coroutine does', run: info },
  'last-branches': record(lastBranches),
  msr: {
    usage: 'msr INDEX [VALUE]',
    help: 'a model-specific register, which gets the value if there is one',
    run: msr,
  },
  reset: {
    usage: 'reset',
    help: 'boot the machine again and stop at its first instruction; breakpoints stay',
    async run({ reset }) {
      await reset();
      return 'The machine is at its first instruction. Let gdb forget what it has read: maintenance flush register-cache';
    },
  },
  rings: record(rings),
  switches: record(switches),
  walk: {
    usage: 'walk [host:|guestN:]ADDR [r|w|x] [user]',
    help: 'how an address is translated, and why an access would fault; without a prefix, of what gdb has asked about last',
    run: walk,
  },
};

const help = () => table(Object.values(COMMANDS).map((one) => [one.usage, one.help]));

/** Runs one line. @returns what the user reads; never rejects */
export async function monitor(context: MonitorContext, line: string): Promise<string> {
  const [name = 'help', ...words] = line.trim().split(/\s+/).filter(Boolean);
  if (!Object.hasOwn(COMMANDS, name)) return `There is no monitor command "${name}".\n${help()}\n`;
  try {
    return `${await COMMANDS[name]!.run(context, words)}\n`;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message : String(error)}\n`;
  }
}
