/*
 * Owns the names of the states of a TCP connection (RFC 9293, 3.3.2) and the sets of them that the rules of
 * segment arrival speak of. LISTEN has no connection here: a call that arrives is kept by the table.
 */

export type TcpState =
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT'
  | 'CLOSED';

/** Why a connection is gone: both sides finished, or what went wrong. */
export type CloseReason = 'finished' | 'refused' | 'reset' | 'timeout' | 'aborted';

/** The peer may still send data. */
export function mayReceive(state: TcpState): boolean {
  return state === 'ESTABLISHED' || state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2';
}

/** The user may still send data. */
export function maySend(state: TcpState): boolean {
  return (
    state === 'SYN-SENT' || state === 'SYN-RECEIVED' || state === 'ESTABLISHED' || state === 'CLOSE-WAIT'
  );
}
