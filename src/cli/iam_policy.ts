/** `iam-policy`: the least policy that AWS needs for the features in use, as JSON. */
import { parseClusterArn } from "../aws/cluster_ref.ts";
import { partitionOf } from "../aws/partitions.ts";
import { type Feature, features, type Grant, grants } from "../aws/permissions.ts";
import type { PluginConfig } from "../config/plugin_config.ts";
import { CliError, exitCodes } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { type CommonOptions, requiredCluster, settingsOf } from "./options.ts";

/** What the policy may be narrowed to, besides the common options. */
export type PolicyOptions = CommonOptions & {
  readonly account?: string;
  readonly partition?: string;
  readonly family?: readonly string[];
  readonly passRole?: readonly string[];
  readonly assumableRole?: readonly string[];
  readonly kmsKey?: readonly string[];
  readonly logGroup?: readonly string[];
  readonly with?: readonly string[];
  readonly without?: readonly string[];
};

/** A statement of an IAM policy. */
type Statement = {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
};

type Condition = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Prints the policy. Calls neither AWS nor Nomad. */
export async function iamPolicy(host: Host, options: PolicyOptions): Promise<number> {
  const { config } = await settingsOf(host, options);
  const statements = policyOf(config, options);
  const policy = { Version: "2012-10-17", Statement: statements };
  await host.stdout.write(JSON.stringify(policy, undefined, 2) + "\n");
  return exitCodes.ok;
}

/** The statements for the features in use. Throws a `CliError` for a feature that there is not. */
export function policyOf(config: PluginConfig, options: PolicyOptions): Statement[] {
  const used = featuresOf(config, options);
  const place = placeOf(config, options);
  return grants.filter(({ feature }) => used.has(feature)).map((grant) => ({
    Sid: grant.sid,
    Effect: "Allow",
    Action: grant.actions,
    Resource: resourcesOf(grant, config, options, place),
    ...(grant.condition === undefined ? {} : { Condition: conditionOf(grant.condition, place) }),
  }));
}

/** The features that a configuration and the options of a command use. */
export function featuresOf(config: PluginConfig, options: PolicyOptions): Set<Feature> {
  const names = Object.keys(features) as Feature[];
  const known = (given: readonly string[]): Feature[] =>
    given.map((text) => {
      const name = names.find((candidate) => candidate === text);
      if (name !== undefined) return name;
      throw new CliError(`there is no feature ${text}; there are ${names.join(", ")}`);
    });
  const used = new Set<Feature>(["tasks", "definitions", "public-address"]);
  if (config.exec) used.add("exec");
  if (config.logs) used.add("logs");
  if (config.stats === "auto") used.add("stats");
  if (config.stats === "metrics") used.add("stats-metrics");
  if ((options.kmsKey ?? []).length > 0) used.add("exec-keys");
  if (rolesToAssume(config, options).length > 0) used.add("roles");
  for (const name of known(options.with ?? [])) used.add(name);
  for (const name of known(options.without ?? [])) {
    if (name === "tasks") throw new CliError("the driver cannot do without the feature tasks");
    used.delete(name);
  }
  return used;
}

type Place = {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  /** The cluster's name without the rest of its ARN. */
  readonly cluster: string;
};

function arnIn({ partition, region, account }: Place, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

function clusterArnIn(place: Place): string {
  return arnIn(place, "ecs", `cluster/${place.cluster}`);
}

/** Where the resources are. What is not known is `*`. */
function placeOf(config: PluginConfig, { account, partition }: PolicyOptions): Place {
  const { name } = requiredCluster(config);
  const arn = parseClusterArn(name);
  if (account !== undefined && !/^[0-9]{12}$/.test(account)) {
    throw new CliError(`--account must be 12 digits; got ${account}`);
  }
  return {
    partition: partition ?? arn?.partition ?? partitionOf(config.region ?? ""),
    region: config.region ?? "*",
    account: account ?? arn?.account ?? "*",
    cluster: arn?.name ?? name,
  };
}

function resourcesOf(
  { on }: Grant,
  config: PluginConfig,
  options: PolicyOptions,
  place: Place,
): readonly string[] {
  const arn = (service: string, resource: string) => arnIn(place, service, resource);
  const cluster = clusterArnIn(place);
  const tasks = arn("ecs", `task/${place.cluster}/*`);
  switch (on) {
    case "any":
      return ["*"];
    case "cluster":
      return [cluster];
    case "tasks":
      return [tasks];
    case "cluster and tasks":
      return [cluster, tasks];
    case "task definitions":
      return orAny(options.family).map((family) => arn("ecs", `task-definition/${family}:*`));
    case "sessions":
      return [arn("ssm", "session/ecs-execute-command-*")];
    case "KMS keys":
      return orAny(options.kmsKey);
    case "log groups":
      return orAny(options.logGroup ?? listOf(config.log_group))
        .map((group) => arn("logs", `log-group:${group}:*`));
    case "Container Insights":
      return [
        arn("logs", `log-group:/aws/ecs/containerinsights/${place.cluster}/performance:*`),
      ];
    case "roles to assume":
      return orAny(rolesToAssume(config, options));
    case "roles to pass":
      return orAny(options.passRole);
  }
}

function conditionOf(
  condition: NonNullable<Grant["condition"]>,
  place: Place,
): Condition {
  switch (condition) {
    case "cluster":
      // ArnEquals takes wildcards, as ArnLike does: IAM user guide, "ARN condition operators".
      return { ArnEquals: { "ecs:cluster": clusterArnIn(place) } };
    case "passed to ECS":
      return { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } };
  }
}

function rolesToAssume(
  { assume_role }: PluginConfig,
  { assumableRole = [] }: PolicyOptions,
): readonly string[] {
  return [...new Set([...listOf(assume_role?.role_arn), ...assumableRole])];
}

function listOf(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}

function orAny(values: readonly string[] | undefined): readonly string[] {
  return values === undefined || values.length === 0 ? ["*"] : values;
}
