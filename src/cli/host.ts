/** What a command has of the machine that it runs on. */
import type { Decision, Identity } from "../aws/identity.ts";
import type { AwsTarget, ConnectAws } from "../aws/operations.ts";
import type { Clock, Random } from "../clock.ts";
import type { ConnectNomad } from "../driver/nomad_link.ts";
import type { Files } from "../files.ts";
import type { ReadFile } from "../nomad/connection.ts";

/** A stream that a person reads. */
export type Output = {
  /** Resolves once all is written, or nobody reads any more. */
  write(data: string | Uint8Array): Promise<void>;
  readonly isTerminal: boolean;
};

/** What a person types, or a pipe holds. */
export type Keyboard = {
  readonly isTerminal: boolean;
  /** What comes, until its end. */
  pieces(): AsyncIterable<Uint8Array>;
  /** Hands each key on as it is typed, also Ctrl-C. Returns a function that ends that. */
  enterRaw(): () => void;
  /** The size of the terminal; undefined where there is none. */
  size(): { readonly columns: number; readonly rows: number } | undefined;
  /** Calls back after each change of the size. Returns a function that removes the listener. */
  onResize(listener: () => void): () => void;
};

/** The machine as a command sees it. */
export type Host = {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly connectAws: ConnectAws;
  /** Asks whom AWS takes this host for. See `identityOf` in `aws/identity.ts`. */
  readonly identify: (target: AwsTarget, signal: AbortSignal) => Promise<Identity>;
  /** See `simulatePassRole` in `aws/identity.ts`. */
  readonly simulatePassRole: (
    target: AwsTarget,
    asked: { readonly arn: string; readonly roles: readonly string[] },
    signal: AbortSignal,
  ) => Promise<Decision | undefined>;
  readonly connectNomad: ConnectNomad;
  readonly readFile: ReadFile;
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly stdin: Keyboard;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts, with an `Ended`, when the person ends the command or nobody reads its output any more. */
  readonly signal: AbortSignal;
};

/** Why a command ends before its time: a signal, or a reader that has had enough, as `head` has. */
export class Ended extends Error {
  override readonly name = "Ended";
  constructor(why: string, readonly exitCode: number) {
    super(why);
  }
}
