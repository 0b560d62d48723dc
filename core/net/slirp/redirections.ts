/*
 * Owns the text of port redirections: `tcp:2222:22/udp:5353:53`, a list of `tcp|udp:hostport:guestport[:count]`
 * joined by `/`, as coLinux's configuration writes it. The configuration and the command line read it here.
 */
import { say, type Sentence, tell } from '../../sentences/say.ts';

export interface Redirection {
  readonly protocol: 'tcp' | 'udp';
  readonly hostPort: number;
  readonly guestPort: number;
}

/** A list of redirections that is not one. */
export class RedirectionError extends Error {
  override readonly name = 'RedirectionError';
  readonly code = 'net-bad-redirection';
  /** What was expected, and where it was not found: the end of a sentence that begins with "expects". */
  readonly expected: Sentence;

  constructor(text: string, expected: Sentence) {
    super(`The redirections "${text}" cannot be used: expected ${tell(expected)}.`);
    this.expected = expected;
  }
}

/** More listening ports than this are a mistake. */
const MAX_REDIRECTIONS = 256;

/** One redirection for each port, ranges expanded. The empty text is the empty list. @throws RedirectionError */
export function parseRedirections(text: string): Redirection[] {
  const list: Redirection[] = [];
  for (const item of text === '' ? [] : text.split('/')) {
    const match = /^(tcp|udp):([0-9]{1,5}):([0-9]{1,5})(?::([0-9]{1,5}))?$/.exec(item);
    const [hostPort, guestPort, count] = [Number(match?.[2]), Number(match?.[3]), Number(match?.[4] ?? 1)];
    const fits = (port: number): boolean => port >= 1 && port + count - 1 <= 65535;
    if (match === null || count < 1 || !fits(hostPort) || !fits(guestPort)) {
      throw new RedirectionError(
        text,
        say`redirections as tcp:2222:22 or udp:5000:5000:3 (host, guest, how many), with ports from 1 to 65535, where "${item}" stands`,
      );
    }
    const protocol = match[1] as 'tcp' | 'udp';
    for (let i = 0; i < count; i++) {
      list.push({ protocol, hostPort: hostPort + i, guestPort: guestPort + i });
    }
    if (list.length > MAX_REDIRECTIONS) {
      throw new RedirectionError(text, say`redirections of at most ${MAX_REDIRECTIONS} ports`);
    }
  }
  const seen = new Set<string>();
  for (const { protocol, hostPort } of list) {
    const key = `${protocol}:${hostPort}`;
    if (seen.has(key)) {
      throw new RedirectionError(text, say`each host port once, where ${key} stands twice`);
    }
    seen.add(key);
  }
  return list;
}
