/** Descriptor tables and the task state of a thread, with what is wrong in them. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { live } from 'lit-html/directives/live.js';
import type { DescriptorsBody, TaskStateBody } from '../../../debug-adapter/custom-protocol.ts';
import type { TssField } from '../../../debug-adapter/descriptor-problems.ts';
import type { DescriptorEditor } from './descriptor-editor.ts';
import { ask, open, t } from '../shared/bridge.ts';
import { hex } from '../shared/numbers.ts';
import { coroutineOf, referenceTo } from '../shared/references.ts';

export const TABLES = ['gdt', 'ldt', 'idt'] as const;
export type Table = (typeof TABLES)[number];
/** Bytes of an entry. */
const ENTRY = 8;

export interface TableShown {
  readonly thread: number;
  readonly table: Table;
  readonly body: DescriptorsBody;
}

export async function readTable(thread: number, table: Table): Promise<TableShown> {
  return { thread, table, body: await ask('colinux/descriptors', { threadId: thread, table }) };
}

const problems = (list: readonly string[]): TemplateResult[] =>
  list.map((problem) => html`<div class="problem" role="note">⚠ ${problem}</div>`);

/** The entry that is being changed, and how another one becomes it. */
export interface Editing {
  readonly editor: DescriptorEditor | undefined;
  edit(index: number): void;
}

/** Entries of zeros are not shown: they are named by their number. */
function anyEntry({ table, body }: TableShown, edit: (index: number) => void): TemplateResult {
  const size = table === 'idt' ? 1 : ENTRY;
  const label = table === 'idt' ? t('Vector to change') : t('Selector to change');
  return html`<input
    class="code"
    size="8"
    aria-label=${label}
    placeholder=${label}
    @keydown=${({ key, target }: KeyboardEvent) => {
      const index = Math.floor(Number((target as HTMLInputElement).value) / size);
      if (key === 'Enter' && index >= 0 && index * ENTRY + ENTRY - 1 <= body.limit) edit(index);
    }}
  />`;
}

/** The row below an entry that is being changed. */
const editorRow = ({ editor }: Editing, index: number) =>
  editor?.index === index
    ? html`<tr>
        <td colspan="4">${editor.view()}</td>
      </tr>`
    : nothing;

export function tableText(shown: TableShown, editing: Editing): TemplateResult {
  const { thread, table, body } = shown;
  const { editor, edit } = editing;
  const coroutine = coroutineOf(thread);
  const name = table.toUpperCase();
  const first = table === 'idt' ? t('Vector') : t('Selector');
  return html`<p class="about code">
      ${t('{0} at {1}, limit {2}', name, hex(body.base), hex(body.limit, 4))}
      <button @click=${() => open({ in: 'memory', memoryReference: referenceTo(coroutine, body.base) })}>
        ${t('Show memory')}
      </button>
      ${anyEntry(shown, edit)}
    </p>
    ${problems(body.problems)}
    ${editor && !body.entries.some(({ index }) => index === editor.index) ? editor.view() : nothing}
    <table>
      <caption class="unseen">
        ${name}
      </caption>
      <thead>
        <tr>
          <th scope="col">${first}</th>
          <th scope="col">${t('Descriptor')}</th>
          <th scope="col">${t('Leads to')}</th>
          <th scope="col"><span class="unseen">${t('Change')}</span></th>
        </tr>
      </thead>
      <tbody>
        ${body.entries.map(
          ({ index, text, handler, target, problems: found }) =>
            html`<tr class=${found.length > 0 ? 'bad' : ''}>
                <th scope="row">
                  <button
                    class="link code"
                    title=${t('Show memory')}
                    @click=${() =>
                      open({
                        in: 'memory',
                        memoryReference: referenceTo(coroutine, body.base + index * ENTRY),
                      })}
                  >
                    ${table === 'idt' ? hex(index, 2) : hex(index * ENTRY, 4)}
                  </button>
                </th>
                <td class="text">${text}${problems(found)}</td>
                <td>
                  ${
                    target === undefined
                      ? ''
                      : html`<button
                          class="link code"
                          @click=${() =>
                            open({ in: 'source', memoryReference: referenceTo(coroutine, target) })}
                        >
                          ${handler ?? hex(target)}
                        </button>`
                  }
                </td>
                <td>
                  <button
                    class="link"
                    aria-label=${t('Change entry {0}', table === 'idt' ? hex(index, 2) : hex(index * ENTRY, 4))}
                    @click=${() => edit(index)}
                  >
                    ${t('Change…')}
                  </button>
                </td>
              </tr>
              ${editorRow(editing, index)}`,
        )}
      </tbody>
    </table>`;
}

/** @param write takes what the user has typed for a field */
export function taskStateText(
  { selector, base, limit, fields, problems: found }: TaskStateBody,
  write: (field: TssField, text: string) => void,
): TemplateResult {
  return html`<p class="about code">
      ${t('TSS {0} at {1}, limit {2}', hex(selector, 4), hex(base), hex(limit, 4))}
    </p>
    ${problems(found)}
    <div class="fields">
      ${(Object.entries(fields) as [TssField, number][]).map(
        ([name, value]) =>
          html`<label
            ><span class="quiet">${name}</span
            ><input
              class="code"
              size="10"
              .value=${live(hex(value))}
              @change=${(event: Event) => write(name, (event.target as HTMLInputElement).value)}
          /></label>`,
      )}
    </div>`;
}
