/**
 * What a description says of the modules of a kernel: how the list of those that are loaded is found, with the addresses of
 * their sections, as C expressions over the kernel's own variables and types. In those about one module `module` is a pointer
 * to it, in those about one of its sections `section` too. Plain data, as in `description.ts`.
 */
import { say, type Sentence } from '../../core/sentences/say.ts';
import { AdapterError } from '../errors.ts';
import type { ListValues } from './list-values.ts';
import { walkList } from './walk-list.ts';

export interface ModuleList {
  /** Symbols that a kernel with such a list has. */
  readonly symbols: readonly string[];
  /** What a module is, as a type: `struct module`. */
  readonly type: string;
  /** Pointer to the first module; null when there is none. */
  readonly first: string;
  /** Pointer to the module behind `module`; null or the first one again at the end. */
  readonly next: string;
  /** Are its sections where they say? Absent: they always are. */
  readonly present?: string;
  /** The name of its file without the ending: an array of characters or a pointer to some. */
  readonly label: string;
  readonly sections: {
    readonly type: string;
    /** Pointer to the first section; null when there is none. */
    readonly first: string;
    /** Pointer to the section behind `section`; null at the end. */
    readonly next: string;
    /** As in the file: `.text`. */
    readonly label: string;
    /** Where it is; 0 for one that is not in memory any more. */
    readonly address: string;
  };
  /**
   * Functions that the kernel calls when modules have come or go: whenever one of them is entered, the list is read. A module
   * must be in the list before any of its code is executed.
   */
  readonly changes: readonly string[];
}

/** How many sections of a module count, and modules of a kernel. */
const MAX_SECTIONS = 256;
const MAX_MODULES = 256;

/** The convention for kernels of one's own (docs/awareness.md). */
export const moduleConvention: ModuleList = {
  symbols: ['modules', 'modules_changed'],
  type: 'struct module',
  first: 'modules',
  next: 'module->next',
  label: 'module->name',
  sections: {
    type: 'struct module_section',
    first: 'module->section_count ? module->sections : 0',
    next: 'section + 1 < module->sections + module->section_count ? section + 1 : 0',
    label: 'section->name',
    address: 'section->address',
  },
  changes: ['modules_changed'],
};

export interface ListedModule {
  readonly name: string;
  /** Names and addresses, in the kernel's order. */
  readonly sections: readonly (readonly [string, number])[];
}

export interface ListedModules {
  readonly modules: readonly ListedModule[];
  /** What is wrong with the list, one sentence each. */
  readonly problems: readonly Sentence[];
}

/** The values that `listModules` asks. @throws AdapterError when the kernel has no such types */
export const moduleTypes = ({ type, sections }: ModuleList) => ({ module: type, section: sections.type });

/** The modules that are loaded; what makes no sense is left out. */
export async function listModules(list: ModuleList, values: ListValues): Promise<ListedModules> {
  const modules: ListedModule[] = [];
  const problems: Sentence[] = [];
  const note = (problem: Sentence) => void problems.push(problem);
  try {
    for await (const module of walkList({ ...list, item: 'module', noun: 'modules' }, values, {}, note)) {
      if (modules.length === MAX_MODULES) {
        note(say`More than ${MAX_MODULES} modules are loaded: the rest has no symbols here.`);
        break;
      }
      if (list.present !== undefined && !(await values.holds(list.present, { module }))) continue;
      const name = await values.text(list.label, { module });
      if (name !== undefined) modules.push({ name, sections: await sectionsOf(module, list, values, note) });
    }
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    note(say`The list of modules ends after ${modules.length}: ${error.sentence}`);
  }
  return { modules, problems };
}

async function sectionsOf(
  module: number,
  { sections }: ModuleList,
  values: ListValues,
  note: (problem: Sentence) => void,
): Promise<[string, number][]> {
  const found: [string, number][] = [];
  const shape = { ...sections, item: 'section', noun: 'sections' };
  for await (const section of walkList(shape, values, { module }, note)) {
    if (found.length === MAX_SECTIONS) break;
    const items = { module, section };
    const address = await values.number(sections.address, items);
    const name = address === 0 ? undefined : await values.text(sections.label, items);
    if (name !== undefined) found.push([name, address]);
  }
  return found;
}
