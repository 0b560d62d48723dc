/**
 * Launch options that are none. An editor underlines them in launch.json, other clients do not; and a mistyped one has no effect that
 * anybody would see. Clients have options of their own, so what resembles none of ours is passed over.
 */
import { nearest } from '../core/coop/config/nearest.ts';
import { say, type Sentence } from '../core/sentences/say.ts';

/** The options of a launch, each once (`LaunchArguments`). */
const OPTIONS: readonly string[] = [
  ...['kernel', 'config', 'guests', 'cmdline', 'memory', 'stopOnEntry', 'coverage', 'cpu', 'host', 'initrd'],
  ...['symbols', 'modules', 'devices', 'programs', 'gdbPort', 'kernelModules', 'lists'],
];

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
  ...[
    'internalConsoleOptions',
    'debugServer',
    'serverReadyAction',
    'console',
    'cwd',
    'env',
    'args',
    'timeout',
  ],
]);

/** A sentence for each option that looks like one of ours. */
export function mistypedOptions(options: Readonly<Record<string, unknown>>): Sentence[] {
  return Object.keys(options)
    .filter((name) => !OPTIONS.includes(name) && !OF_CLIENTS.has(name))
    .flatMap((name) => {
      const meant = nearest(name, OPTIONS);
      if (meant === undefined) return [];
      return [say`The launch option "${name}" is not known and has no effect: did you mean "${meant}"?`];
    });
}
