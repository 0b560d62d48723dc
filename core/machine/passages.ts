/**
 * What the machine sees of the cooperative switcher: announced passage pages, who owns the CPU, and every crossing.
 *
 * The host kernel writes a passage page's physical address to a port that nothing answers on a real PC. From then on a
 * CR3 load by an instruction inside that page is a crossing: it completes when the loaded value is the CR3 that one of
 * the page's state blocks holds. The guests are never asked and never changed.
 */
import { CO_ANNOUNCE_PORT, CO_ANNOUNCE_WITHDRAWN, CO_MAX_MONITORS } from '../abi/abi.ts';
import { CO_PASSAGE_FRAME } from '../abi/decode.ts';
import { layouts } from '../abi/layouts.ts';
import { findPhysical } from '../debug/page-walk.ts';
import type { IoBus } from '../devices/io-bus.ts';
import { TRANSITIONS_BASE, TransitionsHead } from '../memory/layout.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import { type CoroutineId, HOST, type SwitchRecord } from '../protocol/machine-protocol.ts';
import { type PackedSwitches, rowsOf, SwitchWord, unpackSwitches } from '../protocol/packed-records.ts';

/** Crossings remembered: a power of 2. */
const RECORDS = 0x1_0000;
const PARAMETERS = SwitchWord.End - SwitchWord.Parameters;
const RECORD_SIZE = SwitchWord.End;

const HOST_STATE = layouts.co_passage_page.fields.host[0];
const GUEST_STATE = layouts.co_passage_page.fields.guest[0];
const OPERATION = layouts.co_passage_page.fields.operation[0];
const PARAMS = layouts.co_passage_page.fields.params[0];
const { cr3: CR3, cr4: CR4, esp: ESP } = layouts.co_state.fields;
const [CR4_PSE, CR4_PAE] = [0x10, 0x20];

export interface Passage {
  readonly monitor: number;
  readonly physical: number;
}

/** Where a side has called the passage when it left by it, and its stack pointer then; no stack pointer before. */
interface Departure {
  esp: number;
  caller: number;
}
/** A passage with the latest departures of both sides. */
interface Door extends Passage {
  readonly host: Departure;
  readonly guest: Departure;
}
const notYet = (): Departure => ({ esp: -1, caller: 0 });

export interface Passages {
  /** Who owns the CPU. */
  readonly current: () => CoroutineId;
  readonly all: () => readonly Passage[];
  /** At most `most` crossings from sequence number `first` on, or what is left of them. */
  since(first: number, most: number): SwitchRecord[];
  /** The same as rows of numbers. */
  packed(first: number, most: number): PackedSwitches;
  readonly count: () => number;
  /** Calls back after each crossing, with who owns the CPU now; `undefined` ends it. */
  watch(listener: ((owner: CoroutineId) => void) | undefined): void;
  /** To be called for each CR3 load with the physical address of the loading instruction. */
  onCr3Write(value: number, codePhysical: number): void;
  reset(): void;
}

export function createPassages(
  memory: PhysicalMemory,
  bus: IoBus,
  retired: () => number,
  onSwitch: (from: CoroutineId, to: CoroutineId, operation: number) => void = () => undefined,
): Passages {
  /** In the order of announcement. */
  let passages: Door[] = [];
  /** Who owns the CPU stands where the processor finds it for its records. */
  const owner = new Int32Array(memory.wasm.buffer, TRANSITIONS_BASE + TransitionsHead.Owner, 1);
  const records = new Float64Array(RECORDS * RECORD_SIZE);
  let written = 0;
  let listener: ((owner: CoroutineId) => void) | undefined;

  function announce(value: number): void {
    const physical = (value & ~0xfff) >>> 0;
    const monitor = (value >>> 4) & (CO_MAX_MONITORS - 1);
    passages = passages.filter((p) => p.physical !== physical && p.monitor !== monitor);
    if ((value & CO_ANNOUNCE_WITHDRAWN) === 0 && physical + 0x1000 <= memory.size)
      passages.push({ monitor, physical, host: notYet(), guest: notYet() });
  }
  bus.register({
    name: 'passage announcement',
    first: CO_ANNOUNCE_PORT,
    count: 4,
    sizes: [1, 2, 4],
    handler: {
      read: (_port, size) => (size === 4 ? 0xffff_ffff : (1 << (size * 8)) - 1),
      write(port, value, size) {
        if (port === CO_ANNOUNCE_PORT && size === 4) announce(value);
      },
    },
  });

  /** Who called the passage on one side, by the frame that its code left on the stack; 0 if that cannot be read. */
  function callerAt(state: number, esp: number): number {
    const cr4 = memory.read(state + CR4[0], 4);
    const space = {
      cr3: memory.read(state + CR3[0], 4),
      pse: (cr4 & CR4_PSE) !== 0,
      pae: (cr4 & CR4_PAE) !== 0,
    };
    const at = findPhysical(memory, space, (esp + CO_PASSAGE_FRAME.returnEip) >>> 0);
    return ((at === undefined ? 0 : memory.peek(at)) ?? 0) >>> 0;
  }

  /** Who has the CPU now. */
  function leaves(departure: Departure, state: number): number {
    departure.esp = memory.read(state + ESP[0], 4);
    return (departure.caller = callerAt(state, departure.esp));
  }
  /** Who gets it: the stack is as it was left, unless the side has never run or was given another one. */
  function returns({ esp, caller }: Departure, state: number): number {
    const now = memory.read(state + ESP[0], 4);
    return now === esp ? caller : callerAt(state, now);
  }

  function record(to: CoroutineId, { physical, host, guest }: Door): void {
    const at = (written++ % RECORDS) * RECORD_SIZE;
    const byHost = owner[0] === HOST;
    const hostState = physical + HOST_STATE;
    const guestState = physical + GUEST_STATE;
    records[at + SwitchWord.Instructions] = retired();
    records[at + SwitchWord.From] = owner[0];
    records[at + SwitchWord.To] = to;
    records[at + SwitchWord.Operation] = memory.read(physical + OPERATION, 4);
    records[at + SwitchWord.FromCaller] = byHost ? leaves(host, hostState) : leaves(guest, guestState);
    records[at + SwitchWord.ToCaller] = byHost ? returns(guest, guestState) : returns(host, hostState);
    for (let n = 0; n < PARAMETERS; n++)
      records[at + SwitchWord.Parameters + n] = memory.read(physical + PARAMS + n * 4, 4);
  }

  const packed = (first: number, most: number) => rowsOf(records, RECORD_SIZE, written, first, most);

  return {
    current: () => owner[0],
    all: () => passages.map(({ monitor, physical }) => ({ monitor, physical })),
    count: () => written,
    since: (first, most) => unpackSwitches(packed(first, most)),
    packed,
    watch(to) {
      listener = to;
    },
    onCr3Write(value, codePhysical) {
      if (passages.length === 0) return;
      const page = (codePhysical & -0x1000) >>> 0;
      const passage = passages.find((p) => p.physical === page);
      if (!passage) return;
      const cr3 = value >>> 0;
      let to: CoroutineId;
      if (cr3 === memory.read(page + HOST_STATE + CR3[0], 4)) to = HOST;
      else if (cr3 === memory.read(page + GUEST_STATE + CR3[0], 4)) to = passage.monitor + 1;
      // The temporary directory: the crossing has only begun.
      else return;
      if (to === owner[0]) return;
      record(to, passage);
      const from = owner[0];
      owner[0] = to;
      onSwitch(from, to, memory.read(page + OPERATION, 4));
      listener?.(to);
    },
    reset() {
      passages = [];
      owner[0] = HOST;
      written = 0;
    },
  };
}
