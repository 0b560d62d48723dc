/** Addresses in words of the user: a number, or an expression of C. */
import type { SelectedMachine } from '../../views/messages.ts';
import { ask, t } from './bridge.ts';

/** @throws Error with a sentence for what is none */
export async function addressOf({ frameId }: SelectedMachine, text: string): Promise<number> {
  const { result } = await ask('evaluate', {
    expression: `(unsigned)(${text}),x`,
    context: 'watch',
    ...(frameId !== undefined && { frameId }),
  });
  const digits = /0x[0-9a-f]+/i.exec(result)?.[0];
  if (digits === undefined) throw new Error(t('{0} is no address.', text));
  return Number(digits);
}
