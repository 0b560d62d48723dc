/** The task state segment of a thread as a form: fields by what the processor uses them for (SDM vol. 3A, figure 7-2). */
import { html, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import type { TaskStateBody } from '../../../debug-adapter/custom-protocol.ts';
import { placeOfField, type TssField } from '../../../debug-adapter/descriptor-problems.ts';
import { t } from '../shared/bridge.ts';
import { hex } from '../shared/numbers.ts';
import { problems } from './tables.ts';

/** All fields, in the order in which they are shown. */
const GROUPS: readonly (readonly [title: string, fields: readonly TssField[]])[] = [
  [t('Stacks of the rings'), ['ss0', 'esp0', 'ss1', 'esp1', 'ss2', 'esp2']],
  [t('General'), ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags']],
  [t('Segments'), ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'ldt']],
  [t('Task'), ['cr3', 'link', 'trap', 'iomap']],
];
const DIGITS_OF_BYTE = 2;

/** @param write takes what the user has typed for a field */
export function taskStateText(
  { selector, base, limit, fields, problems: found }: TaskStateBody,
  write: (field: TssField, text: string) => void,
): TemplateResult {
  const field = (name: TssField): TemplateResult => {
    const digits = placeOfField(name).size * DIGITS_OF_BYTE;
    return html`<label
      ><span class="code quiet">${name}</span
      ><input
        class="code"
        size=${digits + 2}
        .value=${live(hex(fields[name], digits))}
        @change=${(event: Event) => write(name, (event.target as HTMLInputElement).value)}
    /></label>`;
  };
  return html`<p class="about code">
      ${t('TSS {0} at {1}, limit {2}', hex(selector, 4), hex(base), hex(limit, 4))}
    </p>
    ${problems(found)}
    <div class="task">
      ${GROUPS.map(
        ([title, names]) =>
          html`<section aria-label=${title}>
            <h2>${title}</h2>
            <div class="fields">${names.map(field)}</div>
          </section>`,
      )}
    </div>`;
}
