/** What a refusal says, over HTTP or on a socket. */
interface Told {
  code: string;
  message: string;
  retryAfter?: number;
  requestId?: string;
  errors?: Record<string, string[]>;
}

/** A call that the server refused, or that never reached it (`code` is then "unreachable", `status` 0). */
export class CallError extends Error {
  readonly code: string;
  readonly status: number;
  readonly retryAfter: number | undefined;
  /** Epoch milliseconds from which the server takes another try. */
  readonly until: number | undefined;
  readonly requestId: string | undefined;
  readonly fields: readonly string[];

  constructor(status: number, refusal: Told) {
    super(refusal.message);
    this.status = status;
    this.code = refusal.code;
    this.retryAfter = refusal.retryAfter;
    this.until = refusal.retryAfter && Date.now() + refusal.retryAfter * 1_000;
    this.requestId = refusal.requestId;
    this.fields = Object.keys(refusal.errors ?? {});
  }
}
