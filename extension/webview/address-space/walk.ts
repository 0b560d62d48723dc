/** A page walk, level by level, with each bit named, why the access would fault, and who else maps the frame. */
import { html, type TemplateResult } from 'lit-html';
import type { PageWalkBody, ReverseMappingBody } from '../../../debug-adapter/custom-protocol.ts';
import { flagsShort, flagsTold } from '../../../debug-adapter/mapping-flags.ts';
import { bitsOf, entryValue } from '../../../debug-adapter/page-words.ts';
import type { ViewThread } from '../../views/messages.ts';
import { open, t } from '../shared/bridge.ts';
import { bytes, hex } from '../shared/numbers.ts';
import { coroutineName } from '../shared/names.ts';
import { coroutineOf, isTask, physicalReference } from '../shared/references.ts';

export interface WalkShown {
  readonly walk: PageWalkBody;
  readonly mapped: ReverseMappingBody['mappings'];
  /** A memory reference to the address itself. */
  readonly reference: string;
}

/** @param goTo is told when the user follows an address of the same thread */
export function walkText(
  { walk, mapped, reference }: WalkShown,
  threads: readonly ViewThread[],
  goTo: (threadId: number | undefined, address: number) => void,
): TemplateResult {
  const { levels, physical, pageSize, reason, paging, cr3 } = walk;
  return html`<h2 class="code">${hex(walk.linear)}</h2>
    <p class="walk-line quiet">
      ${paging === 'off' ? t('Paging is off: addresses are physical.') : `CR3 ${hex(cr3)} · ${paging === '32-bit' ? t('32-bit') : paging}`}
    </p>
    ${levels.map(
      (level) =>
        html`<div class="level">
          <div class="code">
            ${level.name}[${level.index}] <span class="quiet">${t('at {0}', hex(level.address))}</span>
            ${entryValue(level)}
          </div>
          <div class="bits">
            ${bitsOf(level, paging === 'pae').map(
              ({ name, meaning, set }) =>
                html`<span class="bit ${set ? 'set' : ''}" title=${t(meaning)}
                  >${name}<span class="unseen">${set ? '=1' : '=0'}</span></span
                >`,
            )}
          </div>
        </div>`,
    )}
    ${
      physical === undefined
        ? ''
        : html`<p class="walk-line code">
            →
            <button
              class="link"
              @click=${() => open({ in: 'memory', memoryReference: physicalReference(physical) })}
            >
              ${t('physical {0}', hex(physical))}
            </button>
            <span class="quiet">${pageSize === undefined ? '' : t('page of {0}', bytes(pageSize))}</span>
          </p>`
    }
    <p class="walk-line ${reason ? 'problem' : 'fine'}" role="status">
      ${reason ? t('This access faults: {0}.', reason) : t('This access is allowed.')}
    </p>
    <p class="walk-line">
      <button @click=${() => open({ in: 'memory', memoryReference: reference })}>${t('Show memory')}</button>
      <button @click=${() => open({ in: 'source', memoryReference: reference })}>${t('Show source')}</button>
    </p>
    ${mapped.length > 0 ? whoMaps(mapped, threads, goTo) : ''}`;
}

/** Kernels without their files, tasks by their whole names. */
const nameOf = (threads: readonly ViewThread[], threadId: number): string =>
  isTask(threadId)
    ? (threads.find(({ id }) => id === threadId)?.name ?? '')
    : coroutineName(threads, coroutineOf(threadId));

function whoMaps(
  mapped: ReverseMappingBody['mappings'],
  threads: readonly ViewThread[],
  goTo: (threadId: number | undefined, address: number) => void,
): TemplateResult {
  return html`<h2>${t('Who maps this frame')}</h2>
    <table>
      <caption class="unseen">
        ${t('Who maps this frame')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Address')}</th>
          <th scope="col">${t('Mapped by')}</th>
          <th scope="col">${t('Access')}</th>
        </tr>
      </thead>
      <tbody>
        ${mapped.map(
          ({ threadId, cr3, linear, flags }) =>
            html`<tr>
              <td>
                ${
                  threadId === undefined
                    ? hex(linear)
                    : html`<button class="link" @click=${() => goTo(threadId, linear)}>
                        ${hex(linear)}
                      </button>`
                }
              </td>
              <td>${threadId === undefined ? `CR3 ${hex(cr3)}` : nameOf(threads, threadId)}</td>
              <td class="quiet"><span title=${flagsTold(flags, t)}>${flagsShort(flags)}</span></td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}
