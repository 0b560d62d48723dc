/**
 * Launch options that are none. An editor underlines them in launch.json, other clients do not; and a mistyped one has no effect that
 * anybody would see. So has one that another debugger calls otherwise. Clients have options of their own, so what resembles none of ours is
 * passed over.
 */
import { nearest } from '../core/coop/config/nearest.ts';
import { say, type Sentence } from '../core/sentences/say.ts';
import type { LaunchArguments } from './launch.ts';

/** Those that become launch arguments of their own name, and those that name its first guest. */
type LaunchOption = Exclude<keyof LaunchArguments, 'mistyped'> | 'kernel' | 'config';

const EACH = {
  ...{ kernel: true, config: true, guests: true, cmdline: true, memory: true, stopOnEntry: true },
  ...{ coverage: true, cpu: true, host: true, initrd: true, symbols: true, modules: true, devices: true },
  ...{ programs: true, gdbPort: true, kernelModules: true, lists: true },
} satisfies Record<LaunchOption, true>;

/** The options of a launch, each once. */
export const LAUNCH_OPTIONS: readonly string[] = Object.keys(EACH);

/** What VS Code and its kind put into every launch configuration. */
const OF_CLIENTS: ReadonlySet<string> = new Set([
  ...[
    'name',
    'type',
    'request',
    'noDebug',
    'port',
    'presentation',
    'preLaunchTask',
    'postDebugTask',
    'order',
  ],
  ...['internalConsoleOptions', 'debugServer', 'serverReadyAction', 'console', 'cwd', 'env', 'timeout'],
]);

/** How launch configurations of other debuggers call what is an option here: of cppdbg, CodeLLDB, cdt-gdb and DeZog. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ...{ program: 'kernel', executable: 'kernel', target: 'kernel', image: 'kernel', load: 'kernel' },
  ...{ args: 'cmdline', append: 'cmdline', symbolFile: 'symbols', symbolFiles: 'symbols' },
  ...{ stopAtEntry: 'stopOnEntry', stopAtConnect: 'stopOnEntry' },
};

/** A sentence for each option that looks like one of ours. */
export function mistypedOptions(options: Readonly<Record<string, unknown>>): Sentence[] {
  return Object.keys(options)
    .filter((name) => !LAUNCH_OPTIONS.includes(name) && !OF_CLIENTS.has(name))
    .flatMap((name) => {
      const meant = ELSEWHERE[name] ?? nearest(name, LAUNCH_OPTIONS);
      if (meant === undefined) return [];
      return [say`The launch option "${name}" is not known and has no effect: did you mean "${meant}"?`];
    });
}
