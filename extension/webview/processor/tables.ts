/** Descriptor tables and the task state of a thread, with what is wrong in them. */
import { html, type TemplateResult } from 'lit-html';
import type { DescriptorsBody, TaskStateBody } from '../../../debug-adapter/custom-protocol.ts';
import { ask, open, t } from '../shared/bridge.ts';
import { hex } from '../../views/number-text.ts';
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

export function tableText({ thread, table, body }: TableShown): TemplateResult {
  const coroutine = coroutineOf(thread);
  const name = table.toUpperCase();
  const first = table === 'idt' ? t('Vector') : t('Selector');
  return html`<p class="about code">
      ${t('{0} at {1}, limit {2}', name, hex(body.base), hex(body.limit, 4))}
      <button @click=${() => open({ in: 'memory', memoryReference: referenceTo(coroutine, body.base) })}>
        ${t('Show memory')}
      </button>
    </p>
    ${problems(body.problems)}
    <table>
      <caption class="unseen">
        ${name}
      </caption>
      <thead>
        <tr>
          <th scope="col">${first}</th>
          <th scope="col">${t('Descriptor')}</th>
          <th scope="col">${t('Leads to')}</th>
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
            </tr>`,
        )}
      </tbody>
    </table>`;
}

export function taskStateText({
  selector,
  base,
  limit,
  fields,
  problems: found,
}: TaskStateBody): TemplateResult {
  return html`<p class="about code">
      ${t('TSS {0} at {1}, limit {2}', hex(selector, 4), hex(base), hex(limit, 4))}
    </p>
    ${problems(found)}
    <dl class="fields">
      ${Object.entries(fields).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd class="code">${hex(value)}</dd>
          </div>`,
      )}
    </dl>`;
}
