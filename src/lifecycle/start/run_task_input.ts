import type {
  ContainerOverride,
  RunTaskCommandInput,
  Tag,
  TaskOverride,
  TaskVolumeConfiguration,
} from "@aws-sdk/client-ecs";
import type { TaskConfig } from "../../config/task_config.ts";
import { awsNamed, pairs, unlessEmpty, withoutUndefined } from "../../aws/hcl_names.ts";
import { clientToken, ownerTags, startedBy } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";

/** All that the RunTask request of one run is made from. */
export type RunTaskContext = {
  readonly config: TaskConfig;
  readonly owner: TaskIdentity;
  readonly driverVersion: string;
  readonly cluster: string;
  /** Family, family and revision, or ARN. */
  readonly taskDefinition: string;
  readonly environment: ContainerEnvironment | undefined;
};

/** Variables for one container. */
export type ContainerEnvironment = {
  readonly container: string;
  readonly values: Readonly<Record<string, string>>;
};

/**
 * The RunTask request of one run of a Nomad task. The same run always gives the same request, as ECS
 * takes a client token again only with the same parameters.
 */
export function runTaskInput(context: RunTaskContext): RunTaskCommandInput {
  const { config, owner, driverVersion, cluster, taskDefinition, environment } = context;
  const {
    capacity_provider_strategy,
    placement_constraints,
    placement_strategy,
    network_configuration: { aws_vpc_configuration: vpc },
  } = config;
  const overrides = overridesOf(config, environment);
  return withoutUndefined({
    cluster,
    count: 1,
    taskDefinition,
    clientToken: clientToken(owner.id),
    startedBy: startedBy(owner),
    tags: [...ownerTags(owner, driverVersion), ...tagList(config.tags)],
    launchType: config.launch_type,
    capacityProviderStrategy: unlessEmpty(capacity_provider_strategy.map(awsNamed)),
    platformVersion: config.platform_version,
    networkConfiguration: (vpc.subnets ?? []).length === 0
      ? undefined
      : { awsvpcConfiguration: { ...awsNamed(vpc), subnets: vpc.subnets } },
    overrides: Object.keys(overrides).length === 0 ? undefined : overrides,
    volumeConfigurations: unlessEmpty(config.volume_configuration.map(volume)),
    placementConstraints: unlessEmpty(placement_constraints.map(awsNamed)),
    placementStrategy: unlessEmpty(placement_strategy.map(awsNamed)),
    group: config.group,
    referenceId: config.reference_id,
    propagateTags: config.propagate_tags,
    enableECSManagedTags: config.enable_ecs_managed_tags,
    enableExecuteCommand: config.enable_execute_command,
  });
}

/** Tags as AWS writes them. */
export function tagList(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** The overrides of a task's configuration, with the environment that is passed on. */
export function overridesOf(
  config: TaskConfig,
  environment: ContainerEnvironment | undefined,
): TaskOverride {
  const { cpu, memory, ephemeral_storage, task_role_arn, execution_role_arn, container } =
    config.overrides;
  const named: Overridden[] = container.map(({ environment, ...rest }) => ({
    ...awsNamed(rest),
    environment: pairs(environment),
  }));
  if (environment !== undefined && Object.keys(environment.values).length > 0) {
    const own = named.find(({ name }) => name === environment.container);
    const passed = pairs(environment.values);
    if (own === undefined) {
      named.push({ name: environment.container, environment: passed });
    } else own.environment = [...passed, ...own.environment];
  }
  const containerOverrides = named.map((override) =>
    withoutUndefined({ ...override, environment: unlessEmpty(latest(override.environment)) })
  );
  return withoutUndefined({
    cpu: cpu === undefined ? undefined : String(cpu),
    memory: memory === undefined ? undefined : String(memory),
    ephemeralStorage: ephemeral_storage === undefined
      ? undefined
      : { sizeInGiB: ephemeral_storage.size_in_gib },
    taskRoleArn: task_role_arn,
    executionRoleArn: execution_role_arn,
    containerOverrides: unlessEmpty(containerOverrides),
  });
}

type Pair = { name: string; value: string };
type Overridden = Omit<ContainerOverride, "environment"> & { environment: Pair[] };

/** Keeps the last value of each variable, as ECS takes a name once, and sorts them by name. */
function latest(all: readonly Pair[]): Pair[] {
  return pairs(Object.fromEntries(all.map(({ name, value }) => [name, value])))
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

function volume(
  { name, managed_ebs_volume }: TaskConfig["volume_configuration"][number],
): TaskVolumeConfiguration {
  if (managed_ebs_volume === undefined) return { name };
  const { size_in_gib, tags, propagate_tags, ...rest } = managed_ebs_volume;
  const volumeTags = tagList(tags);
  const tagged = volumeTags.length > 0 || propagate_tags !== undefined;
  return {
    name,
    managedEBSVolume: withoutUndefined({
      ...awsNamed(rest),
      roleArn: rest.role_arn,
      sizeInGiB: size_in_gib,
      tagSpecifications: !tagged ? undefined : [withoutUndefined({
        resourceType: "volume" as const,
        tags: unlessEmpty(volumeTags),
        propagateTags: propagate_tags,
      })],
    }),
  };
}
