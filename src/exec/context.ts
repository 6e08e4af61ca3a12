import type { EcsCaller } from "../aws/caller.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";

/** What a command needs of its surroundings. */
export type ExecContext = {
  readonly caller: EcsCaller;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes a UUID. */
  readonly newId: () => string;
  /** Makes `length` random bytes. */
  readonly randomBytes: (length: number) => Uint8Array;
};
