/** What views that show the state of a stop say of a machine that runs. */
import { html, type TemplateResult } from 'lit-html';
import { t } from './bridge.ts';

/** Beside what is still shown. */
export const RUNNING = t('The machine runs: this is what was at the last stop.');

/** In the place of what there has been no stop for yet. */
export const pauseToSee = (): TemplateResult =>
  html`<p class="message" role="status">${t('The machine runs. Pause it to see its state here.')}</p>`;
