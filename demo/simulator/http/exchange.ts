import type { AwsError } from "../request/aws_error.ts";

/** An answer to write: HTTP status, headers and body. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

/** A request to AWS that has come in, whatever its protocol. */
export type Exchange = {
  /** The operation that the request is for; `unknown` where it names none. */
  readonly operation: string;
  /** Carries the request out. Throws an `AwsError` where AWS refuses it. */
  carryOut(): Answer;
  /** The error in the words and the format of the service. */
  refuse(error: AwsError): Answer;
};
