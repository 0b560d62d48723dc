/**
 * What a stopped machine was asked, and its answers: nothing of it changes before it runs or is written to, so each question is
 * asked once. What was asked at one stop is mostly asked at the next one too: the machine is told of it before it runs (`expect`),
 * and its stop brings the answers along, in one message.
 */
import {
  type Look,
  LOOK_KINDS,
  type LookKind,
  MAX_LOOK_BYTES,
  MAX_LOOKS,
  type RequestKind,
  type RequestMap,
  type Space,
} from '../core/protocol/machine-protocol.ts';

/** Stops at which nobody asks, before a question is forgotten. A step of a person may be several stops. */
const MAX_IDLE = 16;
/** Most questions that are kept at one stop. */
const MAX_QUESTIONS = 1024;

const KINDS: ReadonlySet<RequestKind> = new Set(LOOK_KINDS);

interface Question {
  readonly look: Look;
  /** `undefined` as long as there is none. */
  answer: unknown;
  coming: Promise<unknown> | undefined;
  asked: boolean;
  /** How many stops it was not asked at. */
  idle: number;
}

export class Looks {
  /** By what is asked; the oldest first. */
  private readonly questions = new Map<string | number, Question>();
  /** As the machine was told. */
  private expected: readonly Question[] = [];
  private runs = false;

  /** The machine has been set going, and has not told of its stop. */
  get running(): boolean {
    return this.runs;
  }

  /** The answer, if there is one already. */
  known<K extends LookKind>(kind: K, params: RequestMap[K]['params']): RequestMap[K]['result'] | undefined {
    const question = this.running ? undefined : this.questions.get(keyOf({ kind, params } as Look));
    if (!question) return undefined;
    question.asked = true;
    return question.answer as RequestMap[K]['result'] | undefined;
  }

  /** @param send asks the machine */
  ask<T>(look: Look, send: () => Promise<T>): Promise<T> {
    const question = this.running ? undefined : this.question(look);
    if (!question) return send();
    question.asked = true;
    if (question.answer !== undefined) return Promise.resolve(question.answer as T);
    if (question.coming) return question.coming as Promise<T>;
    const coming = send();
    question.coming = coming;
    const arrived = (answer?: T) => {
      // The machine may have run since.
      if (question.coming !== coming) return;
      question.coming = undefined;
      question.answer = answer;
    };
    coming.then(arrived, () => {
      arrived();
    });
    return coming;
  }

  private question(look: Look): Question | undefined {
    const key = keyOf(look);
    const known = this.questions.get(key);
    if (known || this.questions.size >= MAX_QUESTIONS) return known;
    const question = { look, answer: undefined, coming: undefined, asked: false, idle: 0 };
    this.questions.set(key, question);
    return question;
  }

  /** The stopped machine was written to: what it has answered may be wrong now. */
  forget(): void {
    for (const question of this.questions.values()) question.answer = question.coming = undefined;
  }

  /** The machine is set going. @returns what it is to expect, unless it knows */
  leave(): readonly Look[] | undefined {
    this.forget();
    this.runs = true;
    for (const [key, question] of this.questions) {
      question.idle = question.asked ? 0 : question.idle + 1;
      question.asked = false;
      if (question.idle > MAX_IDLE) this.questions.delete(key);
    }
    const next = [...this.questions.values()].slice(0, MAX_LOOKS);
    const isSame = next.length === this.expected.length && next.every((one, n) => one === this.expected[n]);
    if (isSame) return undefined;
    this.expected = next;
    return next.map(({ look }) => look);
  }

  /** The machine has stopped, or has not been set going. @param answers one for each question that it expected */
  arrive(answers: readonly unknown[]): void {
    this.runs = false;
    for (const [n, question] of this.expected.entries()) question.answer = answers[n];
  }
}

/** Can the answer be kept? Long reads are of those who look at much memory once. */
export const isLook = (request: { readonly kind: RequestKind; readonly params: object }): request is Look =>
  KINDS.has(request.kind) &&
  (!('length' in request.params) || Number(request.params.length) <= MAX_LOOK_BYTES);

/** Of an address space. */
export const nameOfSpace = (space: Space): string =>
  space.kind === 'coroutine' ? `${space.coroutine}/${space.cr3 ?? ''}` : space.kind;

const PAGE = 0x1000;

const isPage = (address: number): boolean => address >>> 0 === address && address % PAGE === 0;

/** What tells a question from all others; to have it as JSON takes three times as long. What is asked most is a number. */
function keyOf(look: Look): string | number {
  switch (look.kind) {
    case 'readMemory': {
      const { space, address, length } = look.params;
      // Pages of what coroutines see are nearly all of them.
      if (length === PAGE && space.kind === 'coroutine' && space.cr3 === undefined && isPage(address))
        return space.coroutine * (2 ** 32 / PAGE) + address / PAGE;
      return `memory ${nameOfSpace(space)} ${address} ${length}`;
    }
    case 'readMsr':
      return `msr ${look.params.index}`;
    case 'openEntries':
      return -1 - look.params.coroutine;
    case 'pageWalk': {
      const { space, cr3, address, access } = look.params;
      return `walk ${nameOfSpace(space)} ${cr3} ${address} ${access?.kind} ${access?.user}`;
    }
  }
}
