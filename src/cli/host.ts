/** What a command has of the machine that it runs on. */
import type { Identity } from "../aws/identity.ts";
import type { AwsTarget, ConnectAws } from "../aws/operations.ts";
import type { Clock, Random } from "../clock.ts";
import type { ConnectNomad } from "../driver/nomad_link.ts";
import type { Files } from "../files.ts";
import type { ReadFile } from "../nomad/connection.ts";

/** A stream that a person reads. */
export type Output = {
  /** Resolves once the text is written. */
  write(text: string): Promise<void>;
  readonly isTerminal: boolean;
};

/** The machine as a command sees it. */
export type Host = {
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly connectAws: ConnectAws;
  /** Asks whom AWS takes this host for. See `identityOf` in `aws/identity.ts`. */
  readonly identify: (target: AwsTarget, signal: AbortSignal) => Promise<Identity>;
  readonly connectNomad: ConnectNomad;
  readonly readFile: ReadFile;
  readonly files: Files;
  readonly clock: Clock;
  readonly random: Random;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts when the person ends the command. */
  readonly signal: AbortSignal;
};
