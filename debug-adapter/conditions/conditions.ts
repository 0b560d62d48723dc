/**
 * The conditions and messages of a session's breakpoints: compiled for the machine where it can evaluate them, looked at here
 * where it cannot.
 */
import {
  type BreakpointSpec,
  EVENT_REGISTERS,
  isHit,
  type LoggedValue,
} from '../../core/protocol/debug-protocol.ts';
import type { CoroutineId } from '../../core/protocol/machine-protocol.ts';
import type { Coroutines, Placed } from '../coroutines.ts';
import { AdapterError } from '../errors.ts';
import { isSentence, say, type Sentence, tell, type Translate } from '../../core/sentences/say.ts';
import { FrameValues } from '../frame-values.ts';
import type { MemoryCache } from '../memory-cache.ts';
import type { Frame } from '../frame.ts';
import type { SymbolImage } from '../symbols/image.ts';
import { compile } from '../values/check.ts';
import type { Names } from '../values/names.ts';
import { UNSIGNED } from '../values/conversions.ts';
import { evaluate } from '../values/evaluate.ts';
import { isZero, scalarOf } from '../values/scalar.ts';
import { evaluateShown } from '../values/shown.ts';
import { bytesOf, type SpaceReader, type TypedValue } from '../values/value.ts';
import { parseHitCondition } from './hit-condition.ts';
import type { LogPart } from './log-message.ts';
import { formatPlainly } from './plain-format.ts';
import { staticFrame } from './static-frame.ts';
import { type CompiledWhen, compileFilter, compileWhen, type LoggedPart, type When } from './when.ts';

/** What became of the hits of one stop. */
export interface Decision {
  /** Breakpoints that do stop. */
  readonly stops: readonly number[];
  /** Messages of log points. */
  readonly messages: readonly string[];
  /** Conditions that could not be evaluated: their breakpoints stop. */
  readonly problems: readonly Sentence[];
}

interface Armed {
  readonly when: When;
  readonly compiled: CompiledWhen;
  /** In whose code a hit is one; absent: in any. */
  readonly images?: ReadonlySet<SymbolImage | undefined>;
}

export class Conditions {
  private readonly compiled = new Map<number, Armed>();
  /** Visits of breakpoints whose conditions are looked at here. */
  private readonly visits = new Map<number, number>();

  constructor(
    private readonly memory: MemoryCache,
    private readonly translate: Translate,
  ) {}

  /** Forgets what was compiled; counts stay with the ids that come back. */
  begin(): void {
    this.compiled.clear();
  }

  /**
   * A breakpoint with what it needs for the core.
   * @param owner whose code it is in; of a program in ring 3, a hit in other code at that address is none
   * @returns a sentence when its condition is none
   */
  arm(spec: BreakpointSpec, when: When, coroutines: Coroutines, owner?: Placed): BreakpointSpec | Sentence {
    const coroutine = spec.coroutine === -1 ? coroutines.current : spec.coroutine;
    const inProgram = owner !== undefined && spec.ring !== undefined;
    const resolved = inProgram ? owner : coroutines.resolve(coroutine, spec.address);
    const frame = staticFrame(resolved, spec.address, coroutine, coroutines, this.memory);
    const compiled = compileWhen(when, frame.names, frame.locate);
    if (isSentence(compiled)) return compiled;
    const { images } = this.compiled.get(spec.id) ?? {};
    if (!inProgram && !images) {
      this.compiled.set(spec.id, { when, compiled });
      return { ...spec, ...compiled.filter };
    }
    // Which program it is, the core does not know: it is looked at here, with all the rest.
    const late = { ...compiled, filter: {}, late: true };
    this.compiled.set(spec.id, { when, compiled: late, images: new Set(images).add(owner?.image) });
    return spec;
  }

  /** The filter of a catchpoint or a watchpoint. @returns a sentence when it is none, or nothing for the core */
  compileForEvents(
    when: When,
    coroutine: CoroutineId,
    coroutines: Coroutines,
  ): CompiledWhen['filter'] | Sentence {
    const { names, locate } = staticFrame(undefined, 0, coroutine, coroutines, this.memory);
    return compileFilter(when, withEventRegisters(names), locate);
  }

  /** The message of a log point that the core has passed. */
  messageOf(id: number, values: readonly LoggedValue[], coroutines: Coroutines): string | undefined {
    const { parts, read } = this.compiled.get(id)?.compiled ?? {};
    if (!parts || !read) return undefined;
    const found = read(values);
    let at = 0;
    return parts
      .map((part) => ('text' in part ? part.text : this.loggedText(found[at++], coroutines)))
      .join('');
  }

  /** Are any of these breakpoints to be looked at here? */
  isLate(ids: readonly number[]): boolean {
    return ids.some((id) => this.compiled.get(id)?.compiled.late === true);
  }

  /** Looks at the hits of a stop. @param frame the innermost one */
  async decide(ids: readonly number[], frame: Frame | undefined, coroutines: Coroutines): Promise<Decision> {
    const decision = { stops: [] as number[], messages: [] as string[], problems: [] as Sentence[] };
    for (const id of ids) {
      const { when, compiled, images } = this.compiled.get(id) ?? {};
      if (!when || !compiled?.late) {
        decision.stops.push(id);
        continue;
      }
      if (images && !images.has(frame?.resolved?.image)) continue;
      try {
        if (!(await this.holds(when, frame, coroutines)) || !this.counts(id, when)) continue;
        if (compiled.parts) decision.messages.push(await this.message(compiled.parts, frame, coroutines));
        else decision.stops.push(id);
      } catch (error) {
        if (!(error instanceof AdapterError)) throw error;
        decision.stops.push(id);
        decision.problems.push(error.sentence);
      }
    }
    return decision;
  }

  private async holds(when: When, frame: Frame | undefined, coroutines: Coroutines): Promise<boolean> {
    const { condition } = when;
    if (condition === undefined || condition.trim() === '') return true;
    const scope = this.scope(frame, coroutines);
    return this.memory.compute(() => {
      const environment = scope.environment();
      const value = evaluate(compile(condition, scope), environment);
      const bytes = bytesOf(value, environment);
      if (!bytes) throw new AdapterError('evaluate-failed', say`"${condition}" cannot be read here.`);
      return !isZero(scalarOf(bytes, value.type));
    });
  }

  private scope(frame: Frame | undefined, coroutines: Coroutines): FrameValues {
    if (!frame) throw new AdapterError('no-such-frame', say`There is no frame to evaluate the condition in.`);
    return new FrameValues(frame, coroutines, this.memory);
  }

  private counts(id: number, { hitCondition }: When): boolean {
    const count = (this.visits.get(id) ?? 0) + 1;
    this.visits.set(id, count);
    const hit = hitCondition?.trim() ? parseHitCondition(hitCondition) : undefined;
    return hit === undefined || isSentence(hit) || isHit(hit, count);
  }

  private async message(
    parts: readonly LogPart[],
    frame: Frame | undefined,
    coroutines: Coroutines,
  ): Promise<string> {
    const scope = this.scope(frame, coroutines);
    const texts: string[] = [];
    for (const part of parts) {
      if ('text' in part) texts.push(part.text);
      else
        texts.push(
          await this.memory.compute(() => {
            const environment = scope.environment();
            const { value, style } = evaluateShown(part.expression, scope, environment);
            const { coroutine } = scope.frame;
            return formatPlainly(value, environment, style, coroutines, coroutine, this.translate);
          }),
        );
    }
    return texts.join('');
  }

  private loggedText(part: LoggedPart | undefined, coroutines: Coroutines): string {
    if (!part) return tell(say`<cannot be read>`, this.translate);
    const { target } = part;
    const readMemory: SpaceReader = (address, length) =>
      target?.address === address ? target.bytes.subarray(0, length) : undefined;
    const value: TypedValue = part.value;
    const context = { registers: [], readMemory };
    return formatPlainly(value, context, part.style, coroutines, coroutines.current, this.translate);
  }
}

const EVENT_NAMES: ReadonlySet<string> = new Set([...EVENT_REGISTERS, 'cpl', 'coroutine']);

/** Names of an expression about an event: `$vector` and its like besides what else there is. */
const withEventRegisters = (names: Names): Names => ({
  object: (path) => names.object(path),
  isLocal: (name) => names.isLocal?.(name) === true,
  symbol: (path) => names.symbol?.(path),
  enumerator: (path) => names.enumerator(path),
  type: (name, space) => names.type(name, space),
  isTemplate: (name, space) => names.isTemplate(name, space),
  register: (name, space) => (EVENT_NAMES.has(name) ? UNSIGNED : names.register(name, space)),
  space: (prefix) => names.space(prefix),
});
