/**
 * What a failed start leaves in its cluster:
 * - `nothing`: ECS cannot have a task of it, and AWS has answered no call in the cluster's account;
 * - `perhaps a task`: anything else.
 */
export type Left = "nothing" | "perhaps a task";

/** A task could not be started. `recoverable` tells whether the job's restart block should try again. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  readonly left: Left;
  constructor(
    message: string,
    readonly recoverable: boolean,
    options: { cause?: unknown; left?: Left } = {},
  ) {
    super(message, options);
    this.left = options.left ?? "perhaps a task";
  }
}
