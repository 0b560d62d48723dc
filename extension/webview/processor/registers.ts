/** The registers of a frame, as the debug adapter shows them in its scope "Registers": fetched, compared, written. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import {
  type BitTable,
  CR0_BITS,
  CR4_BITS,
  DR6_BITS,
  DR7_BITS,
  DR7_FIELDS,
  EFER_BITS,
  EFLAGS_BITS,
  EFLAGS_FIELDS,
  type Field,
} from '../../../debug-adapter/register-bits.ts';
import type { SelectedMachine } from '../../views/messages.ts';
import { ask, t } from '../shared/bridge.ts';

export interface Register {
  readonly name: string;
  /** As the adapter writes it. */
  readonly text: string;
  /** A value that was another one at the last stop of this thread. */
  readonly changed: boolean;
  readonly bits: BitTable | undefined;
  /** What of it is numbers of two bits. */
  readonly fields: readonly Field[];
  /** What the register is in, for `setVariable`; `undefined` for a register that is only read. */
  readonly container: number | undefined;
}

export interface RegisterGroup {
  readonly name: string;
  readonly registers: readonly Register[];
}

const BITS: Readonly<Record<string, BitTable>> = {
  eflags: EFLAGS_BITS,
  cr0: CR0_BITS,
  cr4: CR4_BITS,
  dr6: DR6_BITS,
  dr7: DR7_BITS,
  IA32_EFER: EFER_BITS,
};

const FIELDS: Readonly<Record<string, readonly Field[]>> = { eflags: EFLAGS_FIELDS, dr7: DR7_FIELDS };

/** Model-specific registers that the machine has (SDM vol. 4), by number. */
const MSRS: readonly (readonly [number, string])[] = [
  [0x10, 'IA32_TIME_STAMP_COUNTER'],
  [0x1b, 'IA32_APIC_BASE'],
  [0x174, 'IA32_SYSENTER_CS'],
  [0x175, 'IA32_SYSENTER_ESP'],
  [0x176, 'IA32_SYSENTER_EIP'],
  [0x277, 'IA32_PAT'],
  [0xc000_0080, 'IA32_EFER'],
];

/** Values of the last stop, by thread and name. */
const before = new Map<string, string>();
const now = new Map<string, string>();

/** Another stop: what was now is before. */
export function nextStop(): void {
  for (const [key, text] of now) before.set(key, text);
  now.clear();
}

export function forgetStops(): void {
  before.clear();
  now.clear();
}

function register(thread: number, name: string, text: string, container: number | undefined): Register {
  const key = `${String(thread)} ${name}`;
  now.set(key, text);
  const old = before.get(key);
  const changed = old !== undefined && old !== text;
  return { name, text, changed, bits: BITS[name], fields: FIELDS[name] ?? [], container };
}

/** The frame whose registers are shown: the selected one, else the innermost with code. */
async function frameOf({ frameId, thread }: SelectedMachine): Promise<number> {
  if (frameId !== undefined) return frameId;
  const stack = await ask('stackTrace', { threadId: thread.id, levels: 20 });
  const frame = stack?.stackFrames.find(({ presentationHint }) => presentationHint !== 'label');
  if (!frame) throw new Error(t('The thread has no frame.'));
  return frame.id;
}

/** @throws Error with a sentence */
export async function readRegisters(machine: SelectedMachine): Promise<RegisterGroup[]> {
  const frameId = await frameOf(machine);
  const scopes = (await ask('scopes', { frameId }))?.scopes ?? [];
  const scope = scopes.find(({ presentationHint }) => presentationHint === 'registers');
  if (!scope) return [];
  const children = async (reference: number): Promise<DebugProtocol.Variable[]> =>
    (await ask('variables', { variablesReference: reference }))?.variables ?? [];
  const groups: RegisterGroup[] = [];
  for (const group of await children(scope.variablesReference)) {
    const rows = await children(group.variablesReference);
    groups.push({
      name: group.name,
      registers: rows.map(({ name, value, presentationHint }) =>
        register(
          machine.thread.id,
          name,
          value,
          presentationHint?.attributes?.includes('readOnly') ? undefined : group.variablesReference,
        ),
      ),
    });
  }
  groups.push({ name: 'MSRs', registers: await readMsrs(machine.thread.id, frameId) });
  return groups;
}

/** Those that the processor model has. */
async function readMsrs(thread: number, frameId: number): Promise<Register[]> {
  const registers: Register[] = [];
  for (const [number, name] of MSRS) {
    const answer = await ask('evaluate', {
      expression: `$msr[0x${number.toString(16)}],x`,
      frameId,
      context: 'watch',
    }).catch(() => undefined);
    if (answer) registers.push(register(thread, name, answer.result, undefined));
  }
  return registers;
}

/** @throws Error with a sentence when the register does not take the value */
export async function writeRegister({ name, container }: Register, value: string): Promise<void> {
  if (container === undefined) throw new Error(t('{0} cannot be written.', name));
  await ask('setVariable', { variablesReference: container, name, value });
}

/** The number that a text begins with. */
export const numberOf = (text: string): number => Number(/^0x[0-9a-f]+/i.exec(text)?.[0] ?? NaN);
