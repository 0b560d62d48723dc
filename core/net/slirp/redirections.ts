/*
 * Owns the text of port redirections: `tcp:2222:22/udp:5353:53`, a list of `tcp|udp:hostport:guestport[:count]`
 * joined by `/`, as coLinux's configuration writes it.
 */

export interface Redirection {
  readonly protocol: 'tcp' | 'udp';
  readonly hostPort: number;
  readonly guestPort: number;
}

/** A list of redirections that is not one. The message says where, what was expected and what was found. */
export class RedirectionError extends Error {
  override readonly name = 'RedirectionError';
  readonly code = 'net-bad-redirection';
}

/** More listening ports than this are a mistake. */
const MAX_REDIRECTIONS = 256;

/** One redirection for each port, ranges expanded. The empty text is the empty list. */
export function parseRedirections(text: string): Redirection[] {
  const list: Redirection[] = [];
  for (const item of text === '' ? [] : text.split('/')) {
    const match = /^(tcp|udp):([0-9]{1,5}):([0-9]{1,5})(?::([0-9]{1,5}))?$/.exec(item);
    const [hostPort, guestPort, count] = [Number(match?.[2]), Number(match?.[3]), Number(match?.[4] ?? 1)];
    const fits = (port: number): boolean => port >= 1 && port + count - 1 <= 65535;
    if (match === null || count < 1 || !fits(hostPort) || !fits(guestPort)) {
      throw new RedirectionError(
        `The redirection "${item}" is not of the form tcp|udp:hostport:guestport[:count] with ports from 1 to 65535: ` +
          'write for example tcp:2222:22.',
      );
    }
    const protocol = match[1] as 'tcp' | 'udp';
    for (let i = 0; i < count; i++) {
      list.push({ protocol, hostPort: hostPort + i, guestPort: guestPort + i });
    }
    if (list.length > MAX_REDIRECTIONS) {
      throw new RedirectionError(
        `The redirections "${text}" ask for more than ${MAX_REDIRECTIONS} ports: redirect fewer.`,
      );
    }
  }
  const seen = new Set<string>();
  for (const { protocol, hostPort } of list) {
    const key = `${protocol}:${hostPort}`;
    if (seen.has(key)) {
      throw new RedirectionError(`The redirections "${text}" use ${key} twice: give each its own host port.`);
    }
    seen.add(key);
  }
  return list;
}
