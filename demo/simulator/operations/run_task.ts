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
  const name = requiredString(input, "taskDefinition", "TaskDefinition cannot be null or empty.");
  const definition = findTaskDefinition(model, region, name);
  if (definition === undefined) throw clientException("TaskDefinition not found.");
  if (definition.status !== "ACTIVE") throw clientException("TaskDefinition is inactive");
  const count = integer(input, "count", { min: 1, max: 10 }) ?? 1;
  const startedBy = optionalString(input, "startedBy");
  if (startedBy !== undefined && !/^[A-Za-z0-9_/-]{0,128}$/.test(startedBy)) {
    throw invalidParameter(
      "startedBy may have up to 128 letters, digits, hyphens, slashes and underscores.",
    );
  }
  const asked = withDefaultStrategy(input, cluster);
  const launchType = checkRunTask(asked, definition, cluster.capacityProviders);
  const propagated = optionalString(input, "propagateTags") === "TASK_DEFINITION";
  const managed = bool(input, "enableECSManagedTags")
    ? [{ key: "aws:ecs:clusterName", value: cluster.name }]
    : [];
  const taskTags = mergedTags([...managed, ...(propagated ? definition.tags : [])], tagsOf(input));

  const token = optionalString(input, "clientToken");
  if (token !== undefined && !/^[\x21-\x7e]{1,64}$/.test(token)) {
    throw invalidParameter("clientToken may have up to 64 ASCII characters.");
  }
  const tokenKey = `${cluster.arn}/${token}`;
  const request = JSON.stringify(input);
  const known = token === undefined ? undefined : model.tokens.get(tokenKey);
  if (known !== undefined && model.now() - known.at < tokenHours * 3_600_000) {
    if (known.request !== request) {
      throw new AwsError(
        "ConflictException",
        "The provided clientToken is already in use with a different RunTask request.",
        400,
        { resourceIds: known.arns },
      );
    }
    return answer(model, known.arns.flatMap((arn) => model.tasks.get(arn) ?? []));
  }

  const providers = providersOf(asked, count);
  admitLaunches(model, region, { launchType, providers });
  const made = providers.map((capacityProvider): EcsTask => {
    const id = randomHex(model, 32);
    const arn = `arn:aws:ecs:${region}:${model.account}:task/${cluster.name}/${id}`;
    const task: EcsTask = {
      id,
      arn,
      region,
      cluster,
      definition,
      input,
      startedBy,
      launchType,
      capacityProvider,
      containerInstance: launchType === "FARGATE"
        ? undefined
        : `${arn.replace(/:task\/.*/, `:container-instance/${cluster.name}/`)}${instanceId}`,
      ...placeInNetwork(model, region, { input, networkMode: definition.networkMode }),
      createdAt: model.now(),
      tags: taskTags,
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
    // The next one is to get another loopback address.
    model.tasks.set(arn, task);
    return task;
  });
  for (const task of made) begin(model, task);
  if (token !== undefined) {
    model.tokens.set(tokenKey, { request, arns: made.map(({ arn }) => arn), at: model.now() });
  }
  return answer(model, made);
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
