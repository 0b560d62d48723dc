/**
 * The breakpoints of a session as one machine has them: with those of our own, which no client ever sees, with compiled
 * conditions, and with copies of passage code where they run.
 */
import { isSentence, type Sentence } from '../core/sentences/say.ts';
import type { BreakpointSpec, CatchSpec, Expression } from '../core/protocol/debug-protocol.ts';
import { type CoroutineId, HOST } from '../core/protocol/machine-protocol.ts';
import type {
  CodeBreakpoint,
  CodeBreakpoints,
  InstructionPlace,
  SourceBreakpoint,
  SourcePlace,
} from './breakpoints.ts';
import type { Conditions } from './conditions/conditions.ts';
import type { CompiledWhen, When } from './conditions/when.ts';
import type { Coroutines } from './coroutines.ts';
import { AdapterError } from './errors.ts';
import type { ImagesInMemory } from './images-in-memory.ts';
import type { GuestImage, LaunchPlan } from './launch-plan.ts';
import type { MachineClient } from './machine-client.ts';
import { placeOf } from './memory-reference.ts';
import { withoutGdb } from './shared-points.ts';
import type { StoppedEvent } from './stepping.ts';
import { returnOf, type WatchedCall } from './watched-frames.ts';

/** The entry of the guest where it is shown, of any guest, the first use of a passage page, a change of modules, and the end of a call. */
const ENTRY_ID = 0;
const ARRIVAL_ID = 0x7fff_fffe;
const PASSAGE_ID = 0x7fff_ffff;
const MODULES_ID = 0x7fff_fffd;
const RETURN_ID = 0x7fff_fffb;
const UNSEEN_IDS: readonly number[] = [PASSAGE_ID, ARRIVAL_ID, MODULES_ID, RETURN_ID];
const OWN_IDS: readonly number[] = [ENTRY_ID, ...UNSEEN_IDS];
/** The host kernel's function that uses a passage page. */
const PASSAGE_USER = 'guest_space_build';

/** A coroutine that alone may run hands the processor over. */
const CONFINED_ID = 0x7fff_fffc;

/** CR0.PG is 0. */
const PAGING_OFF: Expression = {
  ...{ kind: 'binary', operator: '<', type: 'u32', left: { kind: 'register', name: 'cr0' } },
  right: { kind: 'constant', type: 'u32', value: 0x8000_0000 },
};

/** The breakpoints of a stop that the client knows. */
export const clientIds = ({ breakpoints }: StoppedEvent): number[] =>
  withoutGdb(breakpoints).filter((id) => !OWN_IDS.includes(id));

/** What was caught that the client knows. */
export const clientCatches = ({ caught }: StoppedEvent): number[] =>
  caught.map(({ id }) => id).filter((id) => id !== CONFINED_ID);

/** A stop of our own: there is a new passage page, a guest begins, the modules of a kernel change, or a call is over. */
export const isUnseen = ({ reason, breakpoints }: StoppedEvent): boolean =>
  reason === 'breakpoint' && breakpoints.every((id) => UNSEEN_IDS.includes(id));

/** The list of modules of the kernel that runs is to be read. */
export const changesModules = ({ breakpoints }: StoppedEvent): boolean => breakpoints.includes(MODULES_ID);

/** The memory of a guest is there. */
export const isArrival = ({ breakpoints }: StoppedEvent): boolean => breakpoints.includes(ARRIVAL_ID);

/** A call whose variables are watched returns. */
export const isReturn = ({ breakpoints }: StoppedEvent): boolean => breakpoints.includes(RETURN_ID);

/** What this needs of the machine. */
interface Machine {
  readonly request: MachineClient['request'];
  readonly coroutines: Coroutines;
}

export class ArmedBreakpoints {
  /** The first instruction of the first guest is to be shown. */
  entryPending = false;
  /** Somebody wants to hear when guests begin. */
  awaitsGuests = false;
  /** Somebody wants to hear when these are over. */
  awaitedReturns: readonly WatchedCall[] = [];
  /** Physical addresses of the passage pages that breakpoints know. */
  private boundPassages = '';
  private catchpoints: readonly CatchSpec[] = [];
  private confined: CoroutineId | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly plan: LaunchPlan,
    private readonly images: ImagesInMemory,
    /** False: "run without debugging", none is set. */
    private readonly debugging: boolean,
    readonly breakpoints: CodeBreakpoints,
    private readonly conditions: Conditions,
  ) {}

  /** Where `stopOnEntry` stops: the first instruction of the first guest. */
  get guestEntry(): number | undefined {
    const [first] = this.plan.guests as readonly (GuestImage | undefined)[];
    return first?.image?.entry;
  }

  /** Is this the stop at the guest's first instruction? It comes once. */
  reachesEntry({ breakpoints }: StoppedEvent): boolean {
    const reached = this.entryPending && breakpoints.includes(ENTRY_ID);
    if (reached) this.entryPending = false;
    return reached;
  }

  /** The line of the first breakpoint of a stop that is on one. */
  lineOf({ breakpoints }: StoppedEvent): number | undefined {
    return this.breakpoints.lineOf(breakpoints);
  }

  async setSource(file: string, wanted: readonly (When & SourcePlace)[]): Promise<SourceBreakpoint[]> {
    const bound = this.breakpoints.set(file, wanted);
    await this.send();
    return bound;
  }

  async setFunctions(
    names: readonly (When & { readonly name: string })[],
  ): Promise<readonly CodeBreakpoint[]> {
    const bound = this.breakpoints.setFunctions(names);
    await this.send();
    return bound;
  }

  /** Whose breakpoint it is: anybody's, where there is nobody else. */
  coroutineOf(coroutine: CoroutineId): CoroutineId | -1 {
    return this.plan.guests.length > 0 ? coroutine : -1;
  }

  /** @param references memory references with offsets in bytes: one that is none has a message, and the others are set */
  async setInstructions(
    references: readonly (When & {
      readonly reference: string;
      readonly offset: number | undefined;
      readonly physical: boolean;
    })[],
  ): Promise<readonly CodeBreakpoint[]> {
    const places = references.map(({ reference, offset, physical, ...when }): InstructionPlace => {
      try {
        const { address, coroutine, space } = placeOf(reference, offset, this.machine.coroutines.current);
        if (physical || space.kind === 'physical') return { when, address, coroutine: -1, physical: true };
        return { when, address, coroutine: this.coroutineOf(coroutine) };
      } catch (error) {
        if (!(error instanceof AdapterError)) throw error;
        return { when, reference: String(reference), message: error.sentence };
      }
    });
    const bound = this.breakpoints.setInstructions(places);
    await this.send();
    return bound;
  }

  /** The filter of something that happens; globals are those of a coroutine. @returns a sentence when it is none */
  compileEventFilter(
    when: When,
    coroutine: CoroutineId = this.plan.guests.length > 0 ? 1 : HOST,
  ): CompiledWhen['filter'] | Sentence {
    return this.conditions.compileForEvents(when, coroutine, this.machine.coroutines);
  }

  /** Replaces what the machine catches; nothing when it runs without debugging. */
  async setCatchpoints(catchpoints: readonly CatchSpec[]): Promise<void> {
    this.catchpoints = catchpoints;
    const specs = this.debugging ? [...catchpoints, ...this.images.catchpoints()] : [];
    if (this.confined !== undefined)
      specs.push({
        ...{ id: CONFINED_ID, coroutine: -1, kind: 'switch', from: this.confined, to: -1, operation: -1 },
      });
    await this.machine.request('setCatchpoints', { catchpoints: specs });
  }

  /**
   * Until the next call only a coroutine may run: the machine stops when it hands the processor over.
   * @returns `undefined` when it is so already
   */
  confine(coroutine: CoroutineId | undefined): Promise<void> | undefined {
    if (coroutine === this.confined) return undefined;
    this.confined = coroutine;
    return this.setCatchpoints(this.catchpoints);
  }

  /** Images are not where they were: the machine gets everything anew. */
  async imagesChanged(): Promise<void> {
    await this.send();
    await this.setCatchpoints(this.catchpoints);
  }

  get passagesChanged(): boolean {
    return this.machine.coroutines.passageKey() !== this.boundPassages;
  }

  /** Gives the machine the breakpoints as they are now. */
  async send(): Promise<void> {
    this.boundPassages = this.machine.coroutines.passageKey();
    const { specs, inPassage } = this.debugging ? this.compiled() : { specs: [], inPassage: false };
    const user = this.plan.hostImage?.symbolNamed(PASSAGE_USER);
    if (inPassage && user) specs.push({ id: PASSAGE_ID, address: user.address, coroutine: HOST });
    if (this.entryPending && this.guestEntry !== undefined)
      specs.push({ id: ENTRY_ID, address: this.guestEntry, coroutine: 1 });
    if (this.awaitsGuests) specs.push(...this.guestEntries());
    specs.push(...this.awaitedReturns.map((call) => returnOf(call, RETURN_ID)));
    if (this.debugging)
      specs.push(...this.images.moduleChanges().map((place) => ({ id: MODULES_ID, ...place })));
    await this.machine.request('setBreakpoints', { breakpoints: specs });
  }

  private guestEntries(): BreakpointSpec[] {
    return this.plan.guests.flatMap(({ image }, monitor) =>
      image ? [{ id: ARRIVAL_ID, address: image.entry, coroutine: monitor + 1 }] : [],
    );
  }

  /** The same place before paging is on: a higher-half kernel runs where it was loaded then. */
  private early(plain: BreakpointSpec, when: When): BreakpointSpec[] {
    const { hostImage } = this.plan;
    const kernel = plain.coroutine === -1 || plain.coroutine === HOST;
    const address = kernel && !plain.physical ? hostImage?.loadAddress(plain.address) : undefined;
    if (address === undefined || !hostImage?.isCode(plain.address)) return [];
    const armed = this.conditions.arm({ ...plain, address }, when, this.machine.coroutines);
    if (isSentence(armed)) return [];
    const { condition } = armed;
    const both = condition ? ({ kind: 'and', left: PAGING_OFF, right: condition } as const) : PAGING_OFF;
    return [{ ...armed, condition: both }];
  }

  /** Those of the client, where they run. */
  private compiled(): { specs: BreakpointSpec[]; inPassage: boolean } {
    const { coroutines } = this.machine;
    const specs: BreakpointSpec[] = [];
    let inPassage = false;
    this.conditions.begin();
    this.breakpoints.problems.clear();
    for (const { spec: plain, when, owner } of this.breakpoints.specs()) {
      specs.push(...this.early(plain, when));
      const spec = this.conditions.arm(plain, when, coroutines, owner);
      if (isSentence(spec)) {
        this.breakpoints.problems.set(plain.id, spec);
        continue;
      }
      // The passage code of the host's image never runs where it is linked, only as copies.
      const copies = coroutines.copiesOf(spec.address);
      if (copies && spec.coroutine === HOST) {
        inPassage = true;
        specs.push(...copies.map((address) => ({ ...spec, address, coroutine: -1 })));
      } else specs.push(spec);
    }
    return { specs, inPassage };
  }
}
