import type { LogSource } from "./source.ts";
import { isReadAfter } from "./end_of_log.ts";
import type { FollowedStream, Trouble } from "./stream.ts";

/** Tells a task's user something. */
export type Tell = (message: string) => void;

/** What a task's user is told of once: why a stream is not read, or an output that nobody reads. */
export type Reason = Trouble["kind"] | LogSource["output"];

/**
 * Why `nomad alloc logs` does not show a stream, and what to do: for the task's user. `taskRegion` is the ECS
 * task's region.
 */
export function troubleText(
  { kind, error }: Trouble,
  { group, region, stream, label }: LogSource,
  taskRegion: string | undefined,
): string {
  const what = label === undefined ? "the main container" : `container ${label}`;
  const shows = `nomad alloc logs shows nothing of ${what}`;
  switch (kind) {
    case "no group":
      return `${shows}: there is no log group ${group} in ${region}. Create it, or set ` +
        `awslogs-create-group = "true" in the container's log configuration`;
    case "no stream":
      return `${shows}: log group ${group} in ${region} has no stream ${stream}. A container's log driver ` +
        `makes it, for which the execution role needs logs:CreateLogStream and logs:PutLogEvents`;
    case "refused":
      return `${shows}: ${error.message}. The driver needs logs:FilterLogEvents for log group ${group} in ` +
        `${region}`;
    case "outage": {
      const behind = `nomad alloc logs is behind: ${error.message}`;
      if (taskRegion === undefined || region === taskRegion) return behind;
      // A region that does not exist has no host, which looks like any other outage.
      return `${behind}. awslogs-region in the log configuration of ${what} is "${region}", and the ECS ` +
        `task is in "${taskRegion}". If the log group is there too, set awslogs-region to "${taskRegion}"`;
    }
  }
}

/** What a task's user is told where Nomad takes no lines of an output. */
export function stuckText(output: LogSource["output"]): string {
  return `nomad alloc logs is paused: Nomad takes no lines of the task's ${output}. The driver keeps some, and ` +
    `reads on once Nomad takes them; CloudWatch Logs has them all. If it lasts, restart the Nomad agent`;
}

/** The line that ends a log of which the last lines were not read; undefined where all of it was. */
export function unreadText(stream: FollowedStream, ended: number): string | undefined {
  if (isReadAfter(stream, ended)) return undefined;
  switch (stream.trouble?.kind) {
    case "outage":
      return `[nomad-driver-ecs] The end of the log was not read: ${stream.trouble.error.message}`;
    case undefined:
      return "[nomad-driver-ecs] The end of the log was not read in time. CloudWatch Logs has it";
    // The task's user is told of these, and what to do.
    case "no stream":
    case "no group":
    case "refused":
      return undefined;
  }
}
