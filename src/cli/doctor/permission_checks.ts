/**
 * Tries each permission with a call that changes nothing, whatever AWS answers: AWS checks a permission
 * before it looks for what the call names, and what these calls name cannot exist. ECS has no dry run.
 */
import type { EcsCaller } from "../../aws/caller.ts";
import { EcsError } from "../../aws/error.ts";
import type { Input, OperationName } from "../../aws/operations.ts";
import { actionOf, type Feature, grants } from "../../aws/permissions.ts";
import { taskArnIn } from "../task_ref.ts";
import { type Check, fail, failedCall, ok, permissionFix, skip, warn } from "./check.ts";

/** What the calls are about. */
export type Probed = {
  /** Cluster, by name or ARN. */
  readonly cluster: string;
  readonly clusterArn: string;
  readonly features: ReadonlySet<Feature>;
  /** Family of a task definition that the identity is to run; undefined for one of the doctor's own. */
  readonly family: string | undefined;
  /** The log group that the plugin block names; undefined also where no logs are read. */
  readonly logGroup: string | undefined;
  readonly kmsKey: string | undefined;
};

/** A family that nobody has, for a policy that names no families. */
const ownFamily = "nomad-driver-ecs-doctor";
/** The highest number that the API can carry. A family's revisions count from 1. */
const noRevision = 2_147_483_647;
/** The id of a task that there is not. */
const noTask = "0".repeat(32);

/** What no harmless call can try. */
export const untried: Readonly<Record<string, string>> = {
  "ssmmessages:OpenDataChannel": "it needs a session",
};

type Probes = { readonly [Name in OperationName]?: (probed: Probed) => Input<Name> };

const probes: Probes = {
  listTasks: ({ cluster }) => ({ cluster, maxResults: 1 }),
  describeTasks: ({ cluster, clusterArn }) => ({ cluster, tasks: [taskArnIn(clusterArn, noTask)] }),
  stopTask: ({ cluster, clusterArn }) => ({ cluster, task: taskArnIn(clusterArn, noTask) }),
  tagResource: ({ clusterArn }) => ({
    resourceArn: taskArnIn(clusterArn, noTask),
    tags: [{ key: "nomad:doctor", value: "" }],
  }),
  runTask: ({ cluster, family }) => ({ cluster, taskDefinition: revisionOf(family) }),
  describeTaskDefinition: ({ family }) => ({ taskDefinition: revisionOf(family) }),
  registerTaskDefinition: ({ family }) => ({
    family: family ?? ownFamily,
    // ECS takes no definition without a container.
    containerDefinitions: [],
  }),
  listTaskDefinitions: () => ({ familyPrefix: ownFamily, maxResults: 1 }),
  deregisterTaskDefinition: ({ family }) => ({ taskDefinition: revisionOf(family) }),
  describeNetworkInterfaces: () => ({ networkInterfaceId: "eni-00000000000000000" }),
  executeCommand: ({ cluster, clusterArn }) => ({
    cluster,
    task: taskArnIn(clusterArn, noTask),
    command: "true",
    interactive: true,
  }),
  resumeSession: () => ({ SessionId: `ecs-execute-command-${noTask}` }),
  terminateSession: () => ({ SessionId: `ecs-execute-command-${noTask}` }),
  generateDataKey: ({ kmsKey }) => ({ KeyId: kmsKey, NumberOfBytes: 64, DryRun: true }),
  filterLogEvents: ({ logGroup }) => ({ logGroupName: logGroup ?? ownFamily, limit: 1 }),
  getMetricData: () => ({
    MetricDataQueries: [{ Id: "doctor", Expression: "TIME_SERIES(0)" }],
    StartTime: new Date(0),
    EndTime: new Date(60_000),
  }),
};

/**
 * The option that names what a call is about, where it names something of the doctor's own: a policy may
 * name families and log groups, so a denial of that proves nothing.
 */
function missingName(name: OperationName, { family, logGroup }: Probed): string | undefined {
  const ofFamily = name === "runTask" || name === "registerTaskDefinition";
  if (ofFamily && family === undefined) return "a family of yours with --definition";
  return name === "filterLogEvents" && logGroup === undefined
    ? "a log group of yours with log_group in the file of --config"
    : undefined;
}

/** Tries all permissions of the features in use, one after the other, and with them the log group. */
export async function checkPermissions(
  caller: EcsCaller,
  probed: Probed,
  signal: AbortSignal,
): Promise<Check[]> {
  const used = new Set(
    grants.filter(({ feature }) => probed.features.has(feature)).flatMap(({ actions }) => actions),
  );
  const names = (Object.keys(probes) as (keyof typeof probes)[])
    .filter((name) => used.has(actionOf(name)));
  const checks: Check[] = [];
  for (const name of names) {
    const error = await tryPermission(caller, name, probed, signal);
    checks.push(permissionCheck(name, probed, error));
    if (name === "filterLogEvents" && probed.logGroup !== undefined) {
      checks.push(logGroupCheck(probed.logGroup, error));
    }
  }
  return checks;
}

/** Makes the call. Resolves to the error that it failed with. */
async function tryPermission<Name extends OperationName>(
  caller: EcsCaller,
  name: Name,
  probed: Probed,
  signal: AbortSignal,
): Promise<unknown> {
  const probe = probes[name];
  if (probe === undefined) throw new Error(`no call tries ${actionOf(name)}`);
  try {
    await caller.call(name, probe(probed), {
      target: `of cluster ${probed.cluster}, to try the permission`,
      priority: "act",
      signal,
    });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error;
  }
}

function permissionCheck(name: OperationName, probed: Probed, error: unknown): Check {
  const action = actionOf(name);
  if (error === undefined || isPermitted(error)) return ok(action, "allowed");
  const isDenied = error instanceof EcsError && error.kind === "denied";
  const missing = missingName(name, probed);
  if (isDenied && missing !== undefined) {
    return warn(
      action,
      `denied for ${ownFamily}, which a policy that names families and log groups denies too`,
      `name ${missing}; else ${permissionFix(name)}`,
    );
  }
  return failedCall(action, name, error);
}

/** Whether the log group is there, by the same answer. */
function logGroupCheck(group: string, error: unknown): Check {
  const check = "log group";
  if (error === undefined) return ok(check, group);
  if (!isPermitted(error)) return skip(check, `${group}: FilterLogEvents has not shown it`);
  return error instanceof EcsError && error.kind === "no_resource"
    ? fail(
      check,
      `${group} does not exist in this account and region`,
      `aws logs create-log-group --log-group-name ${group}`,
    )
    : failedCall(check, "filterLogEvents", error);
}

/** Whether AWS refused a call for what it names: then it has let the identity through. */
function isPermitted(error: unknown): boolean {
  if (!(error instanceof EcsError)) return false;
  const { $fault } = (error.cause ?? {}) as { $fault?: unknown };
  switch (error.kind) {
    case "denied":
    case "credentials":
    case "throttled":
    case "no_region":
      return false;
    case "unavailable":
      // A code that the driver does not know, as KMS's DryRunOperationException.
      return $fault === "client";
    case "no_cluster":
    case "no_task":
    case "no_resource":
    case "conflict":
    case "capacity":
    case "not_yet":
    case "rejected":
      return true;
  }
}

function revisionOf(family: string | undefined): string {
  return `${family ?? ownFamily}:${noRevision}`;
}
