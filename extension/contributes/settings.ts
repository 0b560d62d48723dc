/** Settings: one typed table, from which package.json and `setting()` come. */

import { text } from './text.ts';

/** The settings with their values. */
export interface Settings {
  /** When F5 and Restart run make, for a launch that has no preLaunchTask. */
  'build.beforeLaunch': 'always' | 'ifMissing' | 'never';
  /** What happens when the image of a machine that is being debugged is built again. */
  'restart.onRebuild': 'ask' | 'always' | 'never';
}

export interface SettingSchema<T> {
  type: 'string';
  scope: 'resource' | 'window';
  default: T;
  markdownDescription: string;
  enum: readonly T[];
  markdownEnumDescriptions: readonly string[];
}

/** A choice of one of some words; `meanings` has all of them. */
function choice<K extends keyof Settings>(
  key: K,
  standard: Settings[K],
  description: string,
  meanings: Readonly<Record<Settings[K], string>>,
): SettingSchema<Settings[K]> {
  const words = Object.keys(meanings) as Settings[K][];
  return {
    type: 'string',
    scope: 'resource',
    default: standard,
    markdownDescription: text(`setting.${key}`, description),
    enum: words,
    markdownEnumDescriptions: words.map((word) => text(`setting.${key}.${word}`, meanings[word])),
  };
}

const SETTINGS: { [K in keyof Settings]: SettingSchema<Settings[K]> } = {
  'build.beforeLaunch': choice(
    'build.beforeLaunch',
    'ifMissing',
    'When **F5** and **Restart** run `make` in a folder that has a Makefile. A `preLaunchTask` in launch.json takes its place.',
    {
      always: 'Before each launch and each restart: what runs is what stands in the editor.',
      ifMissing: 'When the folder has no kernel yet.',
      never: 'Never: the kernel is built elsewhere.',
    },
  ),
  'restart.onRebuild': choice(
    'restart.onRebuild',
    'ask',
    'What happens when the kernel is built again while it is being debugged. A restart takes one to two tenths of a second and keeps breakpoints and views.',
    {
      ask: 'The status bar offers a restart; the first time in a session a notification does, too.',
      always: 'The machine is restarted with the new kernel.',
      never: 'Nothing: the old kernel goes on.',
    },
  ),
};

/** The name by which VS Code knows a setting. */
export const SECTION = 'colinux';

export const configuration = {
  title: text('settings.title', 'coLinux'),
  properties: Object.fromEntries(
    Object.entries(SETTINGS).map(([key, schema]) => [`${SECTION}.${key}`, schema]),
  ),
};

/** A value that the settings of a person or a workspace have, or the standard one where it is none of the right words. */
export function checkedSetting<K extends keyof Settings>(key: K, value: unknown): Settings[K] {
  const { enum: words, default: standard } = SETTINGS[key];
  return words.find((word) => word === value) ?? standard;
}
