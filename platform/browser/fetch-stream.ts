/*
 * Owns one connection of a guest to port 80 in a browser: it plays the web server, request after request, and fetches
 * what is asked for. Reading waits while a request is answered, and the answer waits while the guest does not read.
 */

import type { StreamEvents, StreamSocket } from '../../core/net/sockets.ts';
import {
  closesAfter,
  fetchOptions,
  fetchProblem,
  frameBody,
  framingOf,
  headOf,
  LAST_CHUNK,
  problemAnswer,
  urlOf,
} from './http-answer.ts';
import { HttpRequestReader, type HttpRequest } from './http-request.ts';

/** Bytes of further requests that may wait while one is answered. */
const MAX_HELD = 65536;

export interface FetchStreamSettings {
  readonly fetch: typeof fetch;
  /** Fetch by https. */
  readonly secure: boolean;
  /** The host of requests that do not say. */
  readonly name: string;
  readonly events: StreamEvents;
}

export class FetchStream implements StreamSocket {
  readonly #settings: FetchStreamSettings;
  readonly #reader = new HttpRequestReader();
  readonly #abort = new AbortController();
  #paused = true;
  #onResume: (() => void) | undefined;
  #answering = false;
  #guestEnded = false;
  #ended = false;
  #wasFull = false;

  constructor(settings: FetchStreamSettings) {
    this.#settings = settings;
    queueMicrotask(() => {
      if (!this.#over) {
        settings.events.connected();
      }
    });
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#ended) {
      this.#reader.push(bytes);
      this.#serve();
    }
    this.#wasFull = this.#answering && this.#reader.held > MAX_HELD;
    return !this.#wasFull;
  }

  end(): void {
    this.#guestEnded = true;
    this.#serve();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#onResume?.();
  }

  abort(): void {
    this.#abort.abort();
    this.#onResume?.();
  }

  get #over(): boolean {
    return this.#abort.signal.aborted;
  }

  /** Answers what has been asked, one request at a time. */
  #serve(): void {
    if (this.#answering || this.#over || this.#ended) {
      return;
    }
    this.#answering = true;
    void this.#answerAll();
  }

  async #answerAll(): Promise<void> {
    await Promise.resolve(); // events never come during a call
    try {
      while (!this.#over && (await this.#answerNext())) {
        // one more
      }
    } finally {
      this.#answering = false;
    }
  }

  /** Answers the next request; false when there is none, or no more will be. */
  async #answerNext(): Promise<boolean> {
    const request = this.#reader.next();
    if (request === undefined && this.#guestEnded) {
      this.#finish();
      return false;
    }
    if (request !== undefined) {
      const goesOn =
        'problem' in request ? await this.#sendLast(problemAnswer(request)) : await this.#answer(request);
      if (!goesOn) {
        this.#finish();
        return false;
      }
    }
    if (this.#wasFull && !this.#over) {
      this.#wasFull = false;
      this.#settings.events.drained();
      return true;
    }
    return request !== undefined;
  }

  /** Answers a request; false when the connection ends then. */
  async #answer(request: HttpRequest): Promise<boolean> {
    const url = urlOf(request, this.#settings.name, this.#settings.secure);
    if ('problem' in url) {
      return this.#sendLast(problemAnswer(url));
    }
    let response: Response;
    try {
      response = await this.#settings.fetch(url.href, fetchOptions(request, this.#abort.signal));
    } catch {
      return this.#sendLast(problemAnswer(fetchProblem(url)));
    }
    const framing = framingOf(request, response.status);
    const closes = closesAfter(request);
    await this.#send(headOf(response, framing, closes));
    if (framing !== 'none') {
      await this.#sendBody(response, (bytes) => frameBody(bytes, framing));
      if (framing === 'chunked') {
        await this.#send(LAST_CHUNK);
      }
    }
    return !closes;
  }

  async #sendBody(response: Response, frame: (bytes: Uint8Array) => Uint8Array): Promise<void> {
    const reader = response.body?.getReader();
    try {
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
        const bytes = part.value as Uint8Array;
        if (bytes.length > 0) {
          await this.#send(frame(bytes));
        }
      }
    } catch {
      // The guest has to see that this is not the whole body.
      if (!this.#over) {
        this.#abort.abort();
        this.#settings.events.closed('reset');
      }
    }
  }

  async #sendLast(bytes: Uint8Array): Promise<boolean> {
    await this.#send(bytes);
    return false;
  }

  /** Gives bytes to the guest when it reads. */
  async #send(bytes: Uint8Array): Promise<void> {
    while (this.#paused && !this.#over) {
      await new Promise<void>((resolve) => (this.#onResume = resolve));
    }
    if (!this.#over) {
      this.#settings.events.data(bytes);
    }
  }

  #finish(): void {
    if (!this.#over && !this.#ended) {
      this.#ended = true;
      this.#settings.events.ended();
      this.#settings.events.closed(undefined);
    }
  }
}
