/**
 * The framing of DAP messages in a byte stream: `Content-Length`, an empty line, JSON (DAP, "Base protocol"). Bytes come
 * from a client and may be anything: what is no message is reported and left out.
 */

/** Longest message and longest header that are read. */
const MAX_MESSAGE = 64 << 20;
const MAX_HEADER = 1 << 12;
export const SEPARATOR = '\r\n\r\n';

/** Splits a byte stream into the texts of its messages. */
export function createFramer(
  onMessage: (text: string) => void,
  onGarbage: (what: string) => void,
): (chunk: Uint8Array) => void {
  let pending = Buffer.alloc(0);
  let wanted = -1;
  return (chunk) => {
    pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, chunk]);
    for (;;) {
      if (wanted >= 0) {
        if (pending.length < wanted) return;
        const text = pending.toString('utf8', 0, wanted);
        pending = pending.subarray(wanted);
        wanted = -1;
        onMessage(text);
        continue;
      }
      const end = pending.indexOf(SEPARATOR);
      if (end < 0) {
        if (pending.length <= MAX_HEADER) return;
        onGarbage('there is no "Content-Length" header');
        pending = pending.subarray(pending.length - SEPARATOR.length);
        return;
      }
      const [, before, length] =
        /(?:^|\r\n)([^\r\n]*?)content-length:\s*(\d+)\s*(?:$|\r\n)/i.exec(
          pending.toString('latin1', 0, end),
        ) ?? [];
      if (before) onGarbage('there is something before its header');
      pending = pending.subarray(end + SEPARATOR.length);
      if (length === undefined) onGarbage('its header has no "Content-Length"');
      else if (Number(length) > MAX_MESSAGE) onGarbage(`it claims to have ${length} bytes`);
      else wanted = Number(length);
    }
  };
}
