import type { EcsError } from "../aws/error.ts";

/** A command could not be run in a container, or how it ended is not known. */
export class ExecError extends Error {
  override readonly name = "ExecError";
}

/** What ECS refuses ExecuteCommand with, and what its user can do about it. */
const advice: readonly [RegExp, string][] = [
  [
    /TargetNotConnected/,
    "the agent of ECS Exec in the container is not connected: the task role needs " +
    "ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel, " +
    "and the task needs network access to the ssmmessages endpoint",
  ],
  [
    /execute command was not enabled|enableExecuteCommand/i,
    "set enable_execute_command = true in config.task or in the plugin block's config, and start " +
    "the task anew",
  ],
  [
    /AccessDenied|not authorized/i,
    "the IAM policy of this Nomad client's AWS identity needs ecs:ExecuteCommand on the cluster " +
    "and the task",
  ],
];

/** ECS's refusal of ExecuteCommand, with what to do about it. */
export function explained(error: EcsError): ExecError {
  const [, what] = advice.find(([words]) => words.test(error.answer)) ?? [];
  return what === undefined ? final(error) : execError(error, what);
}

/**
 * A failed call that ends the command. Nobody tries it again: the command's user has to, where AWS may
 * answer another time.
 */
export function final(error: EcsError): ExecError {
  switch (error.kind) {
    case "unavailable":
      return execError(error, "run the command again once AWS answers");
    case "throttled":
      return execError(error, "run the command again in a while");
    default:
      return new ExecError(error.message, { cause: error });
  }
}

function execError(error: EcsError, what: string): ExecError {
  return new ExecError(`${error.attempted}: ${error.answer}; ${what}`, { cause: error });
}
