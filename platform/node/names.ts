/*
 * Owns lookups of names by Node: the name servers first, because they tell a name that does not exist from one
 * without such a record; then the system's own way, which knows the hosts file and local names.
 */

import { lookup as systemLookup, Resolver } from 'node:dns';
import type { Lookup, LookupResult } from '../../core/net/sockets.ts';

/** Milliseconds for one try; there are two. */
const TIMEOUT = 4000;

/** Codes of answers that say that there is nothing. */
const NO_RECORD = 'ENODATA';
const NO_NAME = 'ENOTFOUND';

type NodeError = NodeJS.ErrnoException | null;

/** Answers once, never during the call. */
export function resolve({ type, name }: Lookup, answer: (result: LookupResult) => void): void {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: 2 });
  const done = (error: NodeError, result: readonly string[] | undefined): void => {
    if (error === null) {
      answer(result ?? []);
    } else if (error.code === NO_RECORD) {
      answer([]);
    } else if (type === 'PTR') {
      answer(error.code === NO_NAME ? 'not-found' : 'failed');
    } else {
      askSystem(name, type === 'A' ? 4 : 6, error.code === NO_NAME, answer);
    }
  };
  try {
    if (type === 'PTR') {
      resolver.reverse(name, done);
    } else if (type === 'A') {
      resolver.resolve4(name, done);
    } else {
      resolver.resolve6(name, done);
    }
  } catch {
    // Names that Node takes for no names at all.
    queueMicrotask(() => {
      answer('not-found');
    });
  }
}

function askSystem(
  name: string,
  family: 4 | 6,
  knownAsMissing: boolean,
  answer: (result: LookupResult) => void,
): void {
  systemLookup(name, { all: true, family, verbatim: true }, (error: NodeError, addresses) => {
    if (error === null) {
      answer(addresses.map(({ address }) => address));
    } else {
      answer(knownAsMissing ? 'not-found' : 'failed');
    }
  });
}
