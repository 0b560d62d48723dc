/**
 * Texts that the adapter's user always sees: filters of the Breakpoints view, scopes, progress. They are English inside, and translated
 * where they leave the adapter (`AdapterHost.translate`). Sentences about errors are in `say` templates where they belong.
 */
import { TITLES } from './calls.ts';
import { CONDITION, EVENT_FILTERS } from './event-filters.ts';
import { SCOPES } from './inspection.ts';

/** What a translation has to have. */
export const TEXTS: readonly string[] = [
  ...Object.values(EVENT_FILTERS).flatMap(({ label, description }) => [label, description]),
  CONDITION,
  ...Object.values(SCOPES),
  ...Object.values(TITLES),
];
