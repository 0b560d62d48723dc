/** The address spaces of a machine: that of the processor now, and those of the coroutines that are away. */
import { decodeState } from '../abi/decode.ts';
import { layouts } from '../abi/layouts.ts';
import { CR0, Cr0, CR3, CR4, Cr4, EFER, Efer, type Views } from '../cpu/state.ts';
import { type AddressSpace, PHYSICAL } from '../debug/page-walk.ts';
import type { PhysicalMemory } from '../memory/physical-memory.ts';
import { type CoroutineId, HOST } from '../protocol/machine-protocol.ts';
import type { Passages } from './passages.ts';

const { fields } = layouts.co_passage_page;

function spaceOf(cr0: number, cr3: number, cr4: number, efer: number): AddressSpace {
  if ((cr0 & Cr0.PG) === 0) return PHYSICAL;
  return {
    cr3: cr3 >>> 0,
    pse: (cr4 & Cr4.PSE) !== 0,
    pae: (cr4 & Cr4.PAE) !== 0,
    wp: (cr0 & Cr0.WP) !== 0,
    nxe: (efer & Efer.NXE) !== 0,
  };
}

/** What the processor uses now. */
export const currentSpace = ({ state }: Views): AddressSpace =>
  spaceOf(state[CR0], state[CR3], state[CR4], state[EFER]);

/** The last address space of a coroutine; `undefined` when there is no such coroutine, or no saved state of it. */
export function coroutineSpace(
  views: Views,
  memory: PhysicalMemory,
  passages: Passages,
  coroutine: CoroutineId,
): AddressSpace | undefined {
  const current = passages.current();
  if (coroutine === current) return currentSpace(views);
  const guest = coroutine === HOST ? current : coroutine;
  const passage = passages.all().find(({ monitor }) => monitor + 1 === guest);
  if (!passage) return undefined;
  const page = memory.bytes.slice(passage.physical, passage.physical + 0x1000);
  const at = coroutine === HOST ? fields.host[0] : fields.guest[0];
  const saved = decodeState(new DataView(page.buffer), at);
  return saved && spaceOf(saved.cr0, saved.cr3, saved.cr4, views.state[EFER]);
}
