/**
 * The launch option `devices`: what the machine has beyond the devices of its guests' configurations, in the words of
 * `colinux run`.
 */
import type { Parsed } from '../core/coop/config/values.ts';
import { parseDiskEnd } from '../core/outside/disk-option.ts';
import { type Ends, NO_ENDS } from '../core/outside/ends.ts';
import { parseNetworkEnd } from '../core/outside/net-option.ts';
import { parseShareEnd } from '../core/outside/share-option.ts';
import { AdapterError } from './errors.ts';
import { type Said, say } from '../core/sentences/say.ts';

export interface LaunchDevices {
  readonly ends: Ends;
  /** The seed of an entropy device; no such device when undefined. */
  readonly rng: number | undefined;
}

const KINDS: readonly string[] = ['disks', 'networks', 'shares', 'rng'];
const SEED_MAX = 0xffff_ffff;

function wrong(name: string, expected: Said, found: unknown): AdapterError {
  return new AdapterError(
    'launch-option-type',
    say`The launch option "devices.${name}" expects ${expected}, but it is ${JSON.stringify(found) ?? say`nothing`}: correct it in launch.json.`,
  );
}

function listOf<T>(
  options: Record<string, unknown>,
  name: string,
  parse: (text: string) => Parsed<T>,
): readonly T[] {
  const value = options[name] ?? [];
  if (!Array.isArray(value)) throw wrong(name, say`an array of strings`, value);
  return value.map((item: unknown) => {
    const parsed = typeof item === 'string' ? parse(item) : { problem: say`strings` };
    if ('value' in parsed) return parsed.value;
    throw wrong(name, parsed.problem, item);
  });
}

/** @throws AdapterError */
export function readLaunchDevices(raw: unknown): LaunchDevices {
  if (raw === undefined) return { ends: NO_ENDS, rng: undefined };
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new AdapterError(
      'launch-option-type',
      say`The launch option "devices" must be an object with disks, networks, shares or rng: correct it in launch.json.`,
    );
  }
  const options = raw as Record<string, unknown>;
  const unknown = Object.keys(options).find((name) => !KINDS.includes(name));
  if (unknown !== undefined)
    throw new AdapterError(
      'launch-option-type',
      say`The launch option "devices" has no "${unknown}": it takes ${KINDS.join(', ')}. Correct it in launch.json.`,
    );
  const { rng } = options;
  const isSeed = typeof rng === 'number' && Number.isInteger(rng) && rng >= 0 && rng <= SEED_MAX;
  if (rng !== undefined && !isSeed) throw wrong('rng', say`a whole number from 0 to ${SEED_MAX}`, rng);
  return {
    ends: {
      disks: listOf(options, 'disks', parseDiskEnd),
      networks: listOf(options, 'networks', parseNetworkEnd),
      shares: listOf(options, 'shares', parseShareEnd),
      lines: [],
    },
    rng,
  };
}

/** The ends of both, those of `first` first. */
export function joinEnds(first: Ends, second: Ends): Ends {
  return {
    disks: [...first.disks, ...second.disks],
    networks: [...first.networks, ...second.networks],
    shares: [...first.shares, ...second.shares],
    lines: [...first.lines, ...second.lines],
  };
}
