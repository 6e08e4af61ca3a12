/**
 * Why a request to Nomad gave nothing usable:
 * - `unreachable`: no connection, or no answer in time;
 * - `untrusted`: one side does not accept the other's certificate;
 * - `busy`: an agent that answers and cannot serve now, such as while its servers have no leader;
 * - `denied`: the token is missing, unknown, expired, or may not do this;
 * - `too_large`: an answer of more bytes than the driver reads;
 * - `unusable`: an answer that is not Nomad's, or lacks a field that Nomad documents;
 * - `misconfigured`: an address that is none, or a file that cannot be read.
 */
export type NomadErrorKind =
  | "unreachable"
  | "untrusted"
  | "busy"
  | "denied"
  | "too_large"
  | "unusable"
  | "misconfigured";

/** A failed request to Nomad's HTTP API. */
export class NomadError extends Error {
  override readonly name = "NomadError";
  constructor(
    readonly kind: NomadErrorKind,
    /** What was asked for, as `GET /v1/allocation/0b8d5d7e of http://127.0.0.1:4646`. */
    readonly attempted: string,
    /** What came back, or what is wrong and how to mend it. Never holds the token. */
    readonly answer: string,
    options?: { cause: unknown },
  ) {
    super(`Nomad API ${attempted}: ${answer}${advice[kind]}`, options);
  }
}

/**
 * Whether a failure is an answer all the same: the agent serves, and a question that waits may have a better
 * one.
 */
export function isAnswer(error: unknown): boolean {
  return error instanceof NomadError && ["denied", "too_large", "unusable"].includes(error.kind);
}

// Each option may have its value from the agent's environment, so the advice names both places.
const advice: Record<NomadErrorKind, string> = {
  unreachable:
    "; check that a Nomad agent listens at nomad.address of the plugin block's config, or " +
    "at NOMAD_ADDR of the Nomad agent's environment where that is not set",
  untrusted:
    "; check ca_file, tls_server_name, cert_file and key_file of the plugin's nomad block, or " +
    "NOMAD_CACERT, NOMAD_TLS_SERVER_NAME, NOMAD_CLIENT_CERT and NOMAD_CLIENT_KEY of the Nomad " +
    "agent's environment where those are not set",
  busy: "; it is asked again",
  denied: "; check the token of the plugin's nomad block, or NOMAD_TOKEN of the Nomad agent's " +
    "environment where that has none, and the token's ACL policy",
  too_large: "",
  unusable: "; check that nomad.address of the plugin block's config, or NOMAD_ADDR of the Nomad " +
    "agent's environment where that is not set, is the URL of a Nomad agent",
  // The answer tells what to do.
  misconfigured: "",
};
