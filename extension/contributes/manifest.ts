/**
 * The part of package.json that VS Code reads, and package.nls.json: `tools/contributes.mjs` writes both from here.
 */

import { colors } from './colours.ts';
import { commands, menus } from './commands.ts';
import { debuggers } from './debugger.ts';
import { DEBUG_TYPE } from './names.ts';
import { breakpoints, grammars, languages } from './languages.ts';
import { problemMatchers } from './problem-matchers.ts';
import { configuration } from './settings.ts';
import { taskDefinitions } from './tasks.ts';
import { allTexts, text } from './text.ts';
import { views, viewsContainers } from './views.ts';
import { viewsWelcome, walkthroughs } from './welcome.ts';

/** Fields of package.json that replace those in the file. */
export const manifest = {
  displayName: text('displayName', 'Cooperative Linux: guest kernel development'),
  description: text(
    'description',
    'Run, debug and see inside cooperative guest kernels: an emulated PC, a host kernel, the coLinux switcher and a debugger, in one extension. No QEMU, no gdb, no setup.',
  ),
  categories: ['Debuggers', 'Programming Languages'],
  keywords: ['kernel', 'colinux', 'multiboot', 'operating system', 'emulator'],
  icon: 'media/icon.png',
  main: './dist/extension.cjs',
  // The browser's extension host takes no ES modules: the ending .cjs says that it is none.
  browser: './dist/extension.web.cjs',
  extensionKind: ['workspace'],
  l10n: './l10n',
  activationEvents: [
    `onDebugResolve:${DEBUG_TYPE}`,
    `onDebugDynamicConfigurations:${DEBUG_TYPE}`,
    'onDebugInitialConfigurations',
    // Consoles come back after the window was loaded again, and a guest that was just made shows its first file.
    'onStartupFinished',
  ],
  capabilities: {
    virtualWorkspaces: {
      supported: 'limited',
      description: text(
        'capabilities.virtual',
        'Kernels run, but cannot be built: no make runs in a virtual workspace.',
      ),
    },
    untrustedWorkspaces: {
      supported: 'limited',
      description: text(
        'capabilities.untrusted',
        'Nothing is built and no kernel runs until you trust the workspace.',
      ),
    },
  },
  contributes: {
    breakpoints,
    colors,
    commands,
    configuration,
    debuggers,
    grammars,
    languages,
    menus,
    problemMatchers,
    taskDefinitions,
    views,
    viewsContainers,
    viewsWelcome,
    walkthroughs,
  },
};

/** The contents of package.nls.json. */
export const nls = allTexts();
