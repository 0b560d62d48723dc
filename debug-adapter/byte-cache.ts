/** Bytes by key, kept between sessions: what can be made again. Neither ever rejects. */
export interface ByteCache {
  read: (key: string) => Promise<Uint8Array | undefined>;
  write: (key: string, bytes: Uint8Array) => Promise<void>;
}
