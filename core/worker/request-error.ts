/** A request that cannot be served, in words for the user; `code` is stable. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
