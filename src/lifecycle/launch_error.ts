/** A task could not be started. `recoverable` tells whether the job's restart block should try again. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  constructor(message: string, readonly recoverable: boolean, options?: { cause: unknown }) {
    super(message, options);
  }
}
