/** What somebody sees who has just installed the extension: the walkthrough, and welcome texts of empty views. */

import { COMMANDS } from './names.ts';
import { CONFIG_LANGUAGE } from './languages.ts';
import { text } from './text.ts';

const picture = (file: string, key: string, alt: string) => ({
  image: `docs/images/${file}.png`,
  altText: text(`walkthrough.${key}.picture`, alt),
});

interface Step {
  title: string;
  description: string;
  /** File in docs/images, and what is to be seen on it. */
  media: readonly [file: string, alt: string];
  completedBy?: readonly string[];
}

const STEPS: Readonly<Record<string, Step>> = {
  create: {
    title: 'Make a guest kernel',
    description: `A guest kernel of 270 lines is written into an empty folder, and opened. It says hello, counts ticks of its timer and ends.\n[New Guest Kernel…](command:${COMMANDS.newGuest})`,
    media: ['new-guest', 'The files of a new guest kernel in the explorer, kernel.c in the editor.'],
    completedBy: [`onCommand:${COMMANDS.newGuest}`],
  },
  debug: {
    title: 'Stop in its first function',
    description:
      'Click beside a line of kernel_main() in kernel.c to set a breakpoint, and press F5. The kernel is built and started on an emulated PC inside of VS Code. No QEMU, no gdb, no launch.json.\n[Start Debugging](command:workbench.action.debug.start)',
    media: [
      'breakpoint-in-kmain',
      'Stopped in kmain: the yellow line, both kernels in the call stack, the console of the guest.',
    ],
    completedBy: ['onDebug:colinux'],
  },
  kernels: {
    title: 'Look at both kernels',
    description:
      'The host kernel and each guest are threads: select a frame of either one. Step into a call of the host, and you see the host working for your guest.',
    media: [
      'both-kernels',
      'A frame of the host kernel: the call of the switcher, the source of the host, the console of the guest.',
    ],
  },
  console: {
    title: 'Type to your guest',
    description: `Each guest has a console, which is a terminal of the editor.\n[Show Console](command:${COMMANDS.showConsole})`,
    media: ['typing-to-the-guest', 'Text typed on the console of the guest.'],
    completedBy: [`onCommand:${COMMANDS.showConsole}`],
  },
  configure: {
    title: 'Give it disks and networks',
    description:
      'A file that ends with .colinux says what the guest has: memory, disks, networks, folders. The editor completes and explains its keys; Run and Debug stand above the kernel.',
    media: ['configuration', 'A configuration with its completions and a mistake that is underlined.'],
    completedBy: [`onLanguage:${CONFIG_LANGUAGE}`],
  },
};

export const walkthroughs = [
  {
    id: 'firstKernel',
    title: text('walkthrough.title', 'Debug your first kernel'),
    description: text('walkthrough.description', 'From nothing to a kernel that you step through.'),
    steps: Object.entries(STEPS).map(
      ([
        id,
        {
          title,
          description,
          media: [file, alt],
          completedBy,
        },
      ]) => ({
        id,
        title: text(`walkthrough.${id}.title`, title),
        description: text(`walkthrough.${id}.description`, description),
        media: picture(file, id, alt),
        ...(completedBy && { completionEvents: completedBy }),
      }),
    ),
  },
];

const newGuest = text(
  'welcome.newGuest',
  `Write a kernel of your own, and debug it on an emulated PC.\n[New Guest Kernel…](command:${COMMANDS.newGuest})`,
);

export const viewsWelcome = [
  { view: 'explorer', contents: newGuest, when: 'workbenchState == empty' },
  { view: 'debug', contents: newGuest, when: 'workbenchState == empty' },
  {
    view: 'debug',
    contents: text(
      'welcome.debug',
      `Press F5 in a folder with a kernel: coLinux finds it, builds it with make if need be, and stops at your breakpoints. [First steps](command:${COMMANDS.firstSteps}).`,
    ),
    when: `workbenchState != empty && editorLangId =~ /^(c|cpp|colinux-gas|colinux-config)$/`,
  },
];
