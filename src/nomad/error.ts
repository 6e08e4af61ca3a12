/**
 * Why a request to Nomad gave nothing usable:
 * - `unreachable`: no connection, no answer in time, or a server that has no leader;
 * - `denied`: the token is missing, unknown, expired, or may not do this;
 * - `unusable`: an answer that is not Nomad's, is too large, or lacks a field that Nomad documents;
 * - `misconfigured`: a file that the `nomad` block names cannot be read.
 */
export type NomadErrorKind = "unreachable" | "denied" | "unusable" | "misconfigured";

/** A failed request to Nomad's HTTP API. */
export class NomadError extends Error {
  override readonly name = "NomadError";
  constructor(
    readonly kind: NomadErrorKind,
    /** What was asked for, as `GET /v1/allocation/0b8d5d7e of http://127.0.0.1:4646`. */
    readonly attempted: string,
    /** What came back. Never holds the token. */
    readonly answer: string,
    options?: { cause: unknown },
  ) {
    super(`Nomad API ${attempted}: ${answer}${advice[kind]}`, options);
  }
}

const advice: Record<NomadErrorKind, string> = {
  unreachable: "; check nomad.address in the plugin block's config",
  denied: "; check the token of the nomad block, and its ACL policy",
  unusable: "; check that nomad.address is that of a Nomad agent",
  misconfigured: "; check the files that the nomad block names",
};
