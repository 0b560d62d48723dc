/** A machine of plain data behind the machine protocol, with a host that owns the CPU and a guest that is away; and a client of its stub. */
import { layouts } from '../../../core/abi/layouts.ts';
import type { BreakpointSpec } from '../../../core/protocol/debug-protocol.ts';
import type {
  CoroutineId,
  MachineSnapshot,
  RequestKind,
  RequestMap,
  Space,
  WatchpointSpec,
} from '../../../core/protocol/machine-protocol.ts';
import type { StoppedEvent } from '../../stepping.ts';
import type { Target } from '../machine.ts';
import { bytesOf, byteString, framed } from '../packets.ts';
import { createGdbServer, type GdbServer } from '../server.ts';

/** Where both have a page of memory: at the same address, with contents of their own. */
export const MEMORY = 0xc010_0000;
const SIZE = 0x1000;
const GUEST_STACK = MEMORY + 0x800;
/** What the guest will have when it comes back. */
export const GUEST = { eip: 0xc010_0123, esp: GUEST_STACK + 24, ebp: 0xc010_0900, cr3: 0x0123_4000 };

type Params<K extends RequestKind> = RequestMap[K]['params'];

function passagePage(): Uint8Array {
  const page = new Uint8Array(4096);
  const view = new DataView(page.buffer);
  const { fields } = layouts.co_passage_page;
  const state = layouts.co_state.fields;
  view.setUint32(fields.guest[0] + state.esp[0], GUEST_STACK, true);
  view.setUint32(fields.guest[0] + state.cr3[0], GUEST.cr3, true);
  view.setUint32(fields.operation[0], 8, true);
  return page;
}

const segment = { selector: 0x10, base: 0, limit: 0xffff_ffff, attributes: 0xc093 };

function snapshotOf(registers: ReadonlyMap<string, number>, coroutine: CoroutineId): MachineSnapshot {
  const value = (name: string) => registers.get(name) ?? 0;
  const x87 = new Uint8Array(128);
  // ST0 is R7: 1.0.
  x87.set([0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f], 7 * 16);
  return {
    cpu: {
      general: ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'].map(value),
      eip: value('eip'),
      linearEip: value('eip'),
      eflags: 2,
      segments: Array.from({ length: 8 }, () => segment),
      gdt: { base: 0x9600, limit: 0x27 },
      idt: { base: 0, limit: 0x3ff },
      ...{ cr0: 0x8000_0011, cr2: 0, cr3: 0x16_c000, cr4: 0 },
      debug: Array.from({ length: 8 }, () => 0),
      fpu: {
        ...{ control: 0x37f, status: 0x3800, valid: 0x80, mxcsr: 0x1f80 },
        last: { opcode: 0, cs: 0, ip: 0, ds: 0, dp: 0 },
        registers: x87,
        xmm: Uint8Array.from({ length: 128 }, (_, n) => n),
      },
      cpl: 0,
      halted: false,
      frozen: false,
    },
    pending: undefined,
    instructions: 1000,
    virtualNanoseconds: 10_000,
    coroutine,
    passages: [{ monitor: 0, physical: 0x1000, page: passagePage() }],
  };
}

/** What a stop may say. */
export type StopPart = Partial<Omit<StoppedEvent, 'event' | 'snapshot'>> & {
  readonly coroutine?: CoroutineId;
};

export class FakeMachine {
  /** The only model-specific register, 174h. */
  private msr = 8n;
  readonly registers = new Map([
    ['eax', 0x1122_3344],
    ['esp', MEMORY + 0x400],
    ['eip', MEMORY + 0x10],
  ]);
  breakpoints: readonly BreakpointSpec[] = [];
  watchpoints: readonly (WatchpointSpec & { readonly space: Space })[] = [];
  /** Requests that set the machine going. */
  readonly motions: (Params<'step'> | { readonly kind: 'resume' })[] = [];
  running = false;
  boots = 1;
  /** Requests to pause. */
  pauses = 0;
  killed = false;
  readonly server: GdbServer;
  private coroutine: CoroutineId = 0;
  private readonly memory: readonly Uint8Array[];

  constructor() {
    this.memory = [0, 1].map((n) => new Uint8Array(SIZE).fill(0x10 + n));
    const frame = new DataView(this.memory[1]!.buffer, GUEST_STACK - MEMORY, 24);
    [0x202, GUEST.ebp, 0, 0, 0x77, GUEST.eip].forEach((word, n) => {
      frame.setUint32(4 * n, word, true);
    });
    const target: Target = {
      guests: [{ name: 'hello.elf', entry: 0xc010_0030 }],
      request: (kind, params) =>
        new Promise((resolve) => {
          resolve(this.answer(kind, params) as RequestMap[typeof kind]['result']);
        }),
      reboot: () => {
        this.boots++;
        this.running = false;
        this.breakpoints = [];
        this.watchpoints = [];
        return Promise.resolve(this.snapshot());
      },
      kill: () => {
        this.killed = true;
      },
    };
    this.server = createGdbServer(target, this.snapshot());
  }

  /** The machine stops. */
  stop({ coroutine = this.coroutine, ...what }: StopPart): void {
    this.coroutine = coroutine;
    this.running = false;
    this.server.handle({
      event: 'stopped',
      ...{
        reason: 'step',
        breakpoints: [],
        problems: [],
        watchpoints: [],
        caught: [],
        causes: [],
        answers: [],
      },
      exitStatus: undefined,
      ...what,
      snapshot: this.snapshot(),
    });
  }

  bytes(coroutine: CoroutineId, address: number, length: number): number[] {
    return [...this.memory[coroutine]!.subarray(address - MEMORY, address - MEMORY + length)];
  }

  private snapshot(): MachineSnapshot {
    return snapshotOf(this.registers, this.coroutine);
  }

  private piece(space: Space, address: number, length: number): Uint8Array {
    const memory = this.memory[space.kind === 'coroutine' ? space.coroutine : this.coroutine];
    if (!memory) throw new Error('There is no such coroutine.');
    const at = address - MEMORY;
    return at < 0 || at >= SIZE ? new Uint8Array() : memory.subarray(at, Math.min(at + length, SIZE));
  }

  private move(motion: (typeof this.motions)[number]): object {
    if (this.running) throw new Error('The machine is running: pause it first.');
    this.motions.push(motion);
    this.running = true;
    return {};
  }

  private answer(kind: RequestKind, params: unknown): unknown {
    switch (kind) {
      case 'snapshot':
        return this.snapshot();
      case 'readMemory': {
        const { space, address, length } = params as Params<'readMemory'>;
        return { bytes: this.piece(space, address, length).slice() };
      }
      case 'writeMemory': {
        const { space, address, bytes } = params as Params<'writeMemory'>;
        const piece = this.piece(space, address, bytes.length);
        piece.set(bytes.subarray(0, piece.length));
        return { written: piece.length };
      }
      case 'readMsr': {
        const { index } = params as Params<'readMsr'>;
        return { bytes: index === 0x174 ? new Uint8Array(BigUint64Array.of(this.msr).buffer) : undefined };
      }
      case 'writeRegister': {
        const { name, value } = params as Params<'writeRegister'>;
        if (name === 'msr[0x00000174]' && typeof value !== 'number') {
          [this.msr] = new BigUint64Array(value.slice().buffer) as unknown as [bigint];
          return {};
        }
        if (name === 'cr0') throw new Error('PG needs PE.');
        this.registers.set(
          name,
          typeof value === 'number' ? value : new DataView(value.buffer).getUint32(0, true),
        );
        return {};
      }
      case 'setBreakpoints':
        ({ breakpoints: this.breakpoints } = params as Params<'setBreakpoints'>);
        return {};
      case 'setWatchpoints': {
        const { watchpoints } = params as Params<'setWatchpoints'>;
        this.watchpoints = watchpoints;
        const mapped = watchpoints.filter(({ address }) => address >= MEMORY && address < MEMORY + SIZE);
        return { watched: mapped.map(({ id }) => id) };
      }
      case 'resume':
        return this.move({ kind: 'resume' });
      case 'step':
        return this.move(params as Params<'step'>);
      case 'pause':
        this.pauses++;
        // As a worker does it: later.
        queueMicrotask(() => {
          if (this.running) this.stop({ reason: 'pause' });
        });
        return {};
      case 'switches':
        return { switches: { first: 0, rows: new Float64Array(0) }, count: 0 };
      default:
        throw new Error(`The fake machine has no request "${kind}".`);
    }
  }
}

/** A client's side of the wire. */
export interface FakeClient {
  /** Everything that has come so far and was not taken. */
  take(): Promise<string>;
  /** Sends a packet; what comes back. */
  ask(payload: string): Promise<string>;
  send(text: string): void;
  drop(): void;
  readonly closed: () => boolean;
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** @returns undefined when the stub takes no client */
export function connect(server: GdbServer): FakeClient | undefined {
  let [output, closed] = ['', false];
  const connection = server.connect({
    send(bytes) {
      output += byteString(bytes);
    },
    close() {
      closed = true;
      connection?.closed();
    },
  });
  if (!connection) return undefined;
  const client: FakeClient = {
    async take() {
      await settle();
      const taken = output;
      output = '';
      return taken;
    },
    ask(payload) {
      client.send(framed(payload));
      return client.take();
    },
    send(text) {
      connection.receive(bytesOf(text));
    },
    drop: connection.closed,
    closed: () => closed,
  };
  return client;
}

/** A client as gdb begins: several processes, no acknowledgements. */
export async function attach(server: GdbServer): Promise<FakeClient> {
  const client = connect(server)!;
  await client.ask('qSupported:multiprocess+;swbreak+;hwbreak+');
  await client.ask('QStartNoAckMode');
  return client;
}
