/**
 * Texts that the adapter's user always sees: filters of the Breakpoints view, scopes, progress, what bits mean. They are English inside, and translated
 * where they leave the adapter (`AdapterHost.translate`). Sentences about errors are in `say` templates where they belong.
 */
import { TITLES } from './calls.ts';
import { CONDITION, EVENT_FILTERS } from './event-filters.ts';
import { SCOPES } from './inspection.ts';
import { SYMBOL_STATUS } from './modules.ts';
import { ENTRY_MEANINGS } from './page-words.ts';
import {
  CR0_BITS,
  CR4_BITS,
  DR6_BITS,
  DR7_BITS,
  DR7_FIELDS,
  EFER_BITS,
  EFLAGS_BITS,
  EFLAGS_FIELDS,
} from './register-bits.ts';
import { GROUPS } from './registers.ts';

/** Of registers and of page-table entries: views show them. */
const BIT_MEANINGS = [
  ...[EFLAGS_BITS, CR0_BITS, CR4_BITS, DR6_BITS, DR7_BITS, EFER_BITS].flatMap((table) =>
    table.map(([, , meaning]) => meaning),
  ),
  ...[...EFLAGS_FIELDS, ...DR7_FIELDS].map(({ meaning }) => meaning),
  ...ENTRY_MEANINGS,
];

/** What a translation has to have. */
export const TEXTS: readonly string[] = [
  ...Object.values(EVENT_FILTERS).flatMap(({ label, description }) => [label, description]),
  CONDITION,
  ...Object.values(SCOPES),
  ...Object.values(GROUPS),
  ...Object.values(TITLES),
  ...Object.values(SYMBOL_STATUS),
  ...BIT_MEANINGS,
];
