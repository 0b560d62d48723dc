/*
 * Owns ICMP echo on Node, which has no raw sockets: the system's `ping` program is asked, once, for two seconds.
 * Where there is none, nothing is reached.
 */

import { execFile } from 'node:child_process';
import { formatIpv4Address, type Ipv4Address } from '../../core/net/wire/addresses.ts';

const SECONDS = 2;
const MILLISECONDS = SECONDS * 1000;

const ARGUMENTS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  win32: ['-n', '1', '-w', `${MILLISECONDS}`],
  darwin: ['-n', '-c', '1', '-W', `${MILLISECONDS}`],
};

/** Answers once, never during the call. */
export function ping(address: Ipv4Address, answer: (reached: boolean) => void): void {
  const options = ARGUMENTS[process.platform] ?? ['-n', '-c', '1', '-W', `${SECONDS}`];
  execFile('ping', [...options, formatIpv4Address(address)], { timeout: 2 * MILLISECONDS }, (error) => {
    answer(error === null);
  });
}
