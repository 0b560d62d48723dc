/** The rings as they are drawn in every manual, ring 0 inside, and the stack that the task state has for each (SDM vol. 3A, 7.2.1). */
import { svg, type TemplateResult } from 'lit-html';
import type { TaskStateBody } from '../../../debug-adapter/custom-protocol.ts';
import { t } from '../shared/bridge.ts';
import { hex } from '../shared/numbers.ts';

const RADII = [26, 44, 62, 80];
const CENTRE = { x: 84, y: 84 };

/** @param current the ring that the processor is in */
export function ringsPicture({ fields }: TaskStateBody, current: number | undefined): TemplateResult {
  const stacks = [
    [fields.ss0, fields.esp0],
    [fields.ss1, fields.esp1],
    [fields.ss2, fields.esp2],
  ] as const;
  const label =
    current === undefined
      ? t('The rings and the stacks of the task state')
      : t('The processor is in ring {0}', current);
  return svg`<svg class="rings" width="276" height="172" viewBox="0 0 276 172" role="img" aria-label=${label}>
    ${[...RADII.keys()].reverse().map((ring) => circle(ring, current))}
    ${RADII.map(
      (radius, ring) => svg`<text
        class=${ring === current ? 'current-text' : ''}
        x=${CENTRE.x}
        y=${CENTRE.y - radius + (ring === 0 ? radius + 4 : 13)}
        text-anchor="middle"
      >${ring}</text>`,
    )}
    ${stacks.map(([ss, esp], ring) => stack(ring, ss, esp))}
  </svg>` as TemplateResult;
}

const circle = (ring: number, current: number | undefined) =>
  svg`<circle class=${ring === current ? 'current' : ''} cx=${CENTRE.x} cy=${CENTRE.y} r=${RADII[ring] ?? 0}></circle>`;

/** Pixels from one stack to the next: two lines of text, and room between them. */
const STACK_HEIGHT = 33;

/** The fields of the task state beside the rings; nothing for a ring that has no stack. */
function stack(ring: number, ss: number, esp: number): unknown {
  if (ss === 0 && esp === 0) return undefined;
  const y = CENTRE.y + 4 - ring * STACK_HEIGHT;
  return svg`<text class="stack" x="172" y=${y}>ss${ring} ${hex(ss, 4)}</text>
    <text class="stack" x="172" y=${y + 13}>esp${ring} ${hex(esp)}</text>`;
}
