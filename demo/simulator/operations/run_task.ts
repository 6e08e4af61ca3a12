import { AwsError, clientException, invalidParameter } from "../request/aws_error.ts";
import { admitLaunches, providersOf } from "./capacity.ts";
import { findCluster } from "./clusters.ts";
import {
  bool,
  type Input,
  integer,
  mergedTags,
  object,
  objects,
  optionalString,
  requiredString,
  strings,
  type Tag,
  tagsOf,
} from "../request/input.ts";
import {
  type Cluster,
  type EcsTask,
  type Model,
  randomHex,
  randomUuid,
  type TaskDefinition,
} from "../state/model.ts";
import { begin } from "../state/task_life.ts";
import { checkRunTask } from "../checks/run_task_checks.ts";
import { describeTask } from "./describe_task.ts";
import { placeInNetwork } from "./network.ts";
import { findTaskDefinition } from "./task_definitions.ts";

/** Hours that ECS remembers a client token. */
const tokenHours = 24;

/** The one instance of every cluster, with room for any task. */
const instanceId = "0123456789abcdef0123456789abcdef";

/** RunTask. */
export function runTask(model: Model, region: string, input: Input): unknown {
  const cluster = findCluster(model, region, input);
  // A request that succeeded succeeds again, whatever has become of its definition since.
  const token = clientTokenOf(input, cluster);
  const known = token === undefined ? undefined : madeWith(model, token, input);
  if (known !== undefined) return answer(model, known);

  const name = requiredString(input, "taskDefinition", "TaskDefinition cannot be null or empty.");
  const definition = findTaskDefinition(model, region, name);
  if (definition === undefined) throw clientException("TaskDefinition not found.");
  if (definition.status !== "ACTIVE") throw clientException("TaskDefinition is inactive");
  const count = integer(input, "count", { min: 1, max: 10 }) ?? 1;
  const startedBy = startedByOf(input);
  const asked = withDefaultStrategy(input, cluster);
  const launchType = checkRunTask(asked, definition, cluster.capacityProviders);
  const tags = taskTagsOf(input, cluster, definition);

  const providers = providersOf(asked, count);
  admitLaunches(model, region, { launchType, providers });
  const made = providers.map((capacityProvider) => {
    const task = newTask(model, {
      region,
      cluster,
      definition,
      input,
      startedBy,
      launchType,
      capacityProvider,
      tags,
    });
    // The loopback address of the next task is one that no task of the model has.
    model.tasks.set(task.arn, task);
    return task;
  });
  for (const task of made) begin(model, task);
  if (token !== undefined) {
    const arns = made.map(({ arn }) => arn);
    model.tokens.set(token, { request: JSON.stringify(input), arns, at: model.now() });
  }
  return answer(model, made);
}

function startedByOf(input: Input): string | undefined {
  const startedBy = optionalString(input, "startedBy");
  if (startedBy !== undefined && !/^[A-Za-z0-9_/-]{0,128}$/.test(startedBy)) {
    throw invalidParameter(
      "startedBy may have up to 128 letters, digits, hyphens, slashes and underscores.",
    );
  }
  return startedBy;
}

function taskTagsOf(input: Input, cluster: Cluster, definition: TaskDefinition): Tag[] {
  const propagated = optionalString(input, "propagateTags") === "TASK_DEFINITION";
  const managed = bool(input, "enableECSManagedTags")
    ? [{ key: "aws:ecs:clusterName", value: cluster.name }]
    : [];
  return mergedTags([...managed, ...(propagated ? definition.tags : [])], tagsOf(input));
}

/** The client token of a request, as `model.tokens` has it: with its cluster. */
function clientTokenOf(input: Input, cluster: Cluster): string | undefined {
  const token = optionalString(input, "clientToken");
  if (token === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,64}$/.test(token)) {
    throw invalidParameter("clientToken may have up to 64 ASCII characters.");
  }
  return `${cluster.arn}/${token}`;
}

/**
 * The tasks that an earlier request made with the same client token; undefined where ECS remembers no
 * such request. Refuses a token that came with another request.
 */
function madeWith(model: Model, token: string, input: Input): EcsTask[] | undefined {
  const known = model.tokens.get(token);
  if (known === undefined || model.now() - known.at >= tokenHours * 3_600_000) return undefined;
  // A token lives an hour longer than its tasks: as long as a stopped task is remembered.
  const tasks = known.arns.flatMap((arn) => model.tasks.get(arn) ?? []);
  if (tasks.length === 0) return undefined;
  if (known.request !== JSON.stringify(input)) {
    throw new AwsError(
      "ConflictException",
      "The provided clientToken is already in use with a different RunTask request.",
      400,
      { resourceIds: known.arns },
    );
  }
  return tasks;
}

/** A task whose life has yet to begin. */
function newTask(
  model: Model,
  asked: Pick<
    EcsTask,
    | "region"
    | "cluster"
    | "definition"
    | "input"
    | "startedBy"
    | "launchType"
    | "capacityProvider"
    | "tags"
  >,
): EcsTask {
  const { region, cluster, definition, input, launchType } = asked;
  const id = randomHex(model, 32);
  const arn = `arn:aws:ecs:${region}:${model.account}:task/${cluster.name}/${id}`;
  return {
    ...asked,
    id,
    arn,
    containerInstance: launchType === "FARGATE"
      ? undefined
      : `${arn.replace(/:task\/.*/, `:container-instance/${cluster.name}/`)}${instanceId}`,
    ...placeInNetwork(model, region, { input, networkMode: definition.networkMode }),
    createdAt: model.now(),
    containers: definition.containers.map((container) => ({
      definition: overridden(container, input),
      arn: `${arn.replace(":task/", ":container/")}/${randomUuid(model)}`,
      phase: "waiting",
      health: "UNKNOWN",
      terminated: false,
    })),
    status: "PROVISIONING",
    desired: "RUNNING",
    nextAt: undefined,
    version: 1,
  };
}

/** The request with the cluster's own strategy, where it names no launch type and no strategy. */
function withDefaultStrategy(input: Input, { defaultStrategy }: Cluster): Input {
  const given = input["launchType"] ?? input["capacityProviderStrategy"];
  return given !== undefined || defaultStrategy.length === 0
    ? input
    : { ...input, capacityProviderStrategy: defaultStrategy };
}

function answer(model: Model, tasks: EcsTask[]): unknown {
  return { tasks: tasks.map((task) => describeTask(model, task, true)), failures: [] };
}

function overridden(
  container: TaskDefinition["containers"][number],
  input: Input,
): TaskDefinition["containers"][number] {
  const overrides = objects(object(input, "overrides") ?? {}, "containerOverrides");
  const override = overrides.find((candidate) => candidate["name"] === container.name);
  if (override === undefined) return container;
  const environment = objects(override, "environment").map((pair) => [
    optionalString(pair, "name") ?? "",
    optionalString(pair, "value") ?? "",
  ]);
  const command = strings(override, "command");
  return {
    ...container,
    command: command.length === 0 ? container.command : command,
    environment: { ...container.environment, ...Object.fromEntries(environment) },
  };
}
