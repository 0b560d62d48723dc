/** Profiles of the session's machine (docs/protocol.md): begun and ended while it runs or stands, or ended by its end. */
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import { type CpuProfile, toCpuProfile } from '../profile/cpuprofile.ts';
import { profileNames } from '../profile/names.ts';
import type { SessionContext } from '../session-context.ts';
import type { Handlers } from './handler.ts';

export const profiling = {
  async 'colinux/startProfile'(context) {
    await context.machine().request('startProfile', {});
    context.profiling = true;
  },

  async 'colinux/stopProfile'(context) {
    if (!context.profiling)
      throw new AdapterError(
        'bad-request',
        say`No profile is being taken: start one with colinux/startProfile.`,
      );
    return endProfile(context);
  },
} satisfies Handlers;

/** What was profiled so far; the machine goes on without. */
export async function endProfile(context: SessionContext): Promise<CpuProfile> {
  context.profiling = false;
  const { request, coroutines } = context.machine();
  const found = await request('stopProfile', {});
  return toCpuProfile(
    found,
    profileNames(coroutines, (file) => context.sources.of(file).path ?? file),
  );
}
