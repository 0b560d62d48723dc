/** Descriptor tables of a thread, with what is wrong in them. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { DescriptorBody, DescriptorsBody } from '../../../debug-adapter/custom-protocol.ts';
import { isException } from '../../../debug-adapter/exceptions.ts';
import { transitionTitle } from '../../../debug-adapter/transition-words.ts';
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

export const problems = (list: readonly string[]): TemplateResult[] =>
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
    size=${Math.max(8, label.length)}
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
        <td colspan="5">${editor.view()}</td>
      </tr>`
    : nothing;

/** `#PF page fault`; nothing for a vector that no exception has. In a narrow view the mnemonic alone. */
function exceptionAt(vector: number): TemplateResult | typeof nothing {
  if (!isException(vector)) return nothing;
  const [mnemonic = '', ...words] = transitionTitle('exception', vector, t).split(' ');
  return html`${mnemonic} <span class="words quiet">${words.join(' ')}</span>`;
}

/** A link to the code that a gate leads to. */
function handlerOf(
  { handler, target }: Pick<DescriptorBody, 'handler' | 'target'>,
  coroutine: number,
): TemplateResult | typeof nothing {
  if (target === undefined) return nothing;
  return html`<button
    class="link code"
    @click=${() => open({ in: 'source', memoryReference: referenceTo(coroutine, target) })}
  >
    ${handler ?? hex(target)}
  </button>`;
}

export function tableText(shown: TableShown, editing: Editing): TemplateResult {
  const { thread, table, body } = shown;
  const { editor, edit } = editing;
  const coroutine = coroutineOf(thread);
  const name = table.toUpperCase();
  const first = table === 'idt' ? t('Vector') : t('Selector');
  // Segments lead nowhere: most tables but that of interrupts need no such column.
  const leads = body.entries.some(({ target }) => target !== undefined);
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
          ${table === 'idt' ? html`<th scope="col">${t('Exception')}</th>` : nothing}
          ${leads ? html`<th scope="col">${t('Leads to')}</th>` : nothing}
          <th scope="col">${t('Descriptor')}</th>
          <th scope="col"><span class="unseen">${t('Change')}</span></th>
        </tr>
      </thead>
      <tbody>
        ${body.entries.map(
          ({ index, text, problems: found, ...entry }) =>
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
                ${table === 'idt' ? html`<td class="exception">${exceptionAt(index)}</td>` : nothing}
                ${leads ? html`<td>${handlerOf(entry, coroutine)}</td>` : nothing}
                <td class="text">${text}${problems(found)}</td>
                <td>
                  <button
                    class="link"
                    data-entry=${index}
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
