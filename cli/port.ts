/** TCP ports of options: read, and what is wrong with one that cannot be listened on. */
import { Problem, systemCode, systemReason } from './problem.ts';

/** The value of an option. @throws Problem */
export function parsePort(text: string, option = '--port'): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (number >= 0 && number <= 65535) return number;
  throw new Problem(
    `${option} expects a TCP port from 1 to 65535 (or 0 for any free one), but found "${text}": see colinux --help.`,
  );
}

export function portProblem(port: number, error: unknown, option = '--port'): Problem {
  const code = systemCode(error);
  if (code === 'EADDRINUSE') {
    return new Problem(
      `The port ${String(port)} is in use by another program: choose another with ${option}.`,
    );
  }
  if (code === 'EACCES') {
    return new Problem(
      `The port ${String(port)} may not be used by this user: choose one above 1023 with ${option}.`,
    );
  }
  return new Problem(
    `The port ${String(port)} cannot be listened on, ${systemReason(error)}: choose another.`,
  );
}
