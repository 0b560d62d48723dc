/** Requests of the machine protocol by kind, each with what answers it. */
import type { RequestKind, RequestMap } from '../protocol/machine-protocol.ts';

export type Handlers = {
  [K in RequestKind]: (params: RequestMap[K]['params']) => RequestMap[K]['result'];
};
