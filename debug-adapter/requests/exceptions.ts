/** What a fault is about: decoded, with what the tables say. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ExceptionInfo } from '../../core/protocol/machine-protocol.ts';
import { AdapterError } from '../errors.ts';
import { joined, say, tell, type Translate } from '../../core/sentences/say.ts';
import { exceptionName } from '../exceptions.ts';
import { type CauseReport, causeText, reportCauses } from '../fault-report.ts';
import { wildArrival } from '../wild-arrival.ts';
import type { Handlers } from './handler.ts';

export const exceptions = {
  async exceptionInfo(context, { threadId }) {
    context.thread({ threadId });
    context.looking();
    const machine = context.machine();
    const { lastStop, request } = machine;
    const pending = lastStop?.snapshot.pending;
    const causes = lastStop?.reason === 'shutdown' ? lastStop.causes : pending ? [pending] : [];
    if (!lastStop || causes.length === 0)
      throw new AdapterError('no-exception', say`The machine has not stopped because of an exception.`);
    const arrival = await wildArrival(machine);
    const reports = await reportCauses(request, lastStop.snapshot.cpu, causes, arrival);
    const triple = lastStop.reason === 'shutdown';
    return {
      exceptionId: triple ? 'triple fault' : idOf(causes[0]),
      description: tell(causeText(reports), context.translate),
      breakMode: 'always',
      details: detailsOf(reports, context.translate),
    };
  },
} satisfies Handlers;

/** `#PF`, or `NMI`: what stands before the words of the name. */
const idOf = ({ vector }: ExceptionInfo): string => tell(exceptionName(vector)).split(' ')[0];

/** The first cause, with what came of it inside. */
function detailsOf(
  [first, ...rest]: readonly CauseReport[],
  translate: Translate,
): DebugProtocol.ExceptionDetails {
  const { cause, what, why, arrival } = first;
  const reasons = [why, arrival].filter((reason) => reason !== undefined);
  return {
    message: tell(reasons.length === 0 ? what : joined([what, joined(reasons, '; ')], ': '), translate),
    typeName: idOf(cause),
    fullTypeName: tell(exceptionName(cause.vector), translate),
    ...(rest.length > 0 && { innerException: [detailsOf(rest, translate)] }),
  };
}
