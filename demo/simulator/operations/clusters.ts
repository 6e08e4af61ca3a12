import { refuseForeignArn } from "../request/arn.ts";
import { AwsError, clientException, invalidParameter } from "../request/aws_error.ts";
import {
  type Input,
  object,
  objects,
  optionalString,
  requiredString,
  strings,
  tagsOf,
  words,
} from "../request/input.ts";
import { pageOf } from "../request/page.ts";
import type { Cluster, Model } from "../state/model.ts";
import { checkCluster, insightsOf } from "../checks/cluster_checks.ts";

/** Most clusters in one DescribeClusters call. */
const mostClusters = 100;

/** CreateCluster. A cluster that is there already stays as it is. */
export function createCluster(model: Model, region: string, input: Input): unknown {
  const name = optionalString(input, "clusterName") ?? "default";
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    throw invalidParameter(
      `Identifier is for ${name}. Identifiers may have letters, digits, - and _`,
    );
  }
  checkCluster(input);
  const key = `${region}/${name}`;
  const known = model.clusters.get(key);
  const cluster: Cluster = known !== undefined && known.status === "ACTIVE" ? known : {
    name,
    arn: `arn:aws:ecs:${region}:${model.account}:cluster/${name}`,
    status: "ACTIVE",
    tags: tagsOf(input),
    containerInsights: insightsOf(input) ?? "disabled",
    capacityProviders: strings(input, "capacityProviders"),
    defaultStrategy: objects(input, "defaultCapacityProviderStrategy"),
    configuration: object(input, "configuration"),
    namespace: namespaceOf(input),
  };
  model.clusters.set(key, cluster);
  return { cluster: describe(model, cluster, everything) };
}

/** UpdateCluster. An empty namespace takes the cluster's own away. */
export function updateCluster(model: Model, region: string, input: Input): unknown {
  const cluster = namedCluster(model, region, input);
  checkCluster(input);
  cluster.containerInsights = insightsOf(input) ?? cluster.containerInsights;
  cluster.configuration = object(input, "configuration") ?? cluster.configuration;
  if (input["serviceConnectDefaults"] !== undefined) cluster.namespace = namespaceOf(input);
  return { cluster: describe(model, cluster, everything) };
}

/** UpdateClusterSettings. */
export function updateClusterSettings(model: Model, region: string, input: Input): unknown {
  if (input["settings"] === undefined) throw invalidParameter("settings cannot be null.");
  return updateCluster(model, region, input);
}

/** PutClusterCapacityProviders. */
export function putClusterCapacityProviders(model: Model, region: string, input: Input): unknown {
  const cluster = namedCluster(model, region, input);
  for (const required of ["capacityProviders", "defaultCapacityProviderStrategy"]) {
    if (input[required] === undefined) throw invalidParameter(`${required} cannot be null.`);
  }
  checkCluster(input);
  cluster.capacityProviders = strings(input, "capacityProviders");
  cluster.defaultStrategy = objects(input, "defaultCapacityProviderStrategy");
  return { cluster: describe(model, cluster, everything) };
}

/** What DescribeClusters shows only where it is asked for. */
const parts = ["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"] as const;

/** DescribeClusters. */
export function describeClusters(model: Model, region: string, input: Input): unknown {
  const asked = strings(input, "clusters");
  if (asked.length > mostClusters) {
    throw invalidParameter(`Clusters can have at most ${mostClusters} items.`);
  }
  const include = words(input, "include", parts);
  const clusters: unknown[] = [];
  const failures: unknown[] = [];
  for (const name of asked.length === 0 ? ["default"] : asked) {
    refuseForeignArn(name, region, model.account);
    const cluster = model.clusters.get(`${region}/${clusterName(name)}`);
    if (cluster === undefined) {
      failures.push({ arn: clusterArn(model, region, name), reason: "MISSING" });
    } else clusters.push(describe(model, cluster, include));
  }
  return { clusters, failures };
}

/** ListClusters. */
export function listClusters(model: Model, region: string, input: Input): unknown {
  const clusterArns = [...model.clusters]
    .filter(([key, { status }]) => key.startsWith(`${region}/`) && status === "ACTIVE")
    .map(([, { arn }]) => arn);
  const { items, nextToken } = pageOf(input, clusterArns);
  return { clusterArns: items, nextToken };
}

/** DeleteCluster. A deleted cluster is still described, as INACTIVE. */
export function deleteCluster(model: Model, region: string, input: Input): unknown {
  const cluster = namedCluster(model, region, input);
  const busy = [...model.tasks.values()].some((task) =>
    task.cluster === cluster && task.status !== "STOPPED"
  );
  if (busy) {
    throw new AwsError(
      "ClusterContainsTasksException",
      "The Cluster cannot be deleted while Tasks are active.",
    );
  }
  cluster.status = "INACTIVE";
  return { cluster: describe(model, cluster, everything) };
}

/** The active cluster that a request names, by name or ARN. The default is `default`. */
export function findCluster(model: Model, region: string, input: Input): Cluster {
  const name = optionalString(input, "cluster") ?? "default";
  refuseForeignArn(name, region, model.account);
  const cluster = model.clusters.get(`${region}/${clusterName(name)}`);
  if (cluster === undefined) {
    throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  }
  if (cluster.status === "INACTIVE") throw clientException("The referenced cluster was inactive.");
  return cluster;
}

/** The cluster of an operation that has no default for it. */
function namedCluster(model: Model, region: string, input: Input): Cluster {
  requiredString(input, "cluster", "Cluster cannot be null or empty.");
  return findCluster(model, region, input);
}

/** The namespace of Service Connect in a request. Undefined where it is empty too. */
function namespaceOf(input: Input): string | undefined {
  return optionalString(object(input, "serviceConnectDefaults") ?? {}, "namespace") || undefined;
}

/** What operations answer that create or change a cluster. */
const everything = ["TAGS", "SETTINGS", "CONFIGURATIONS"];

function describe(model: Model, cluster: Cluster, include: readonly string[]): unknown {
  const tasks = [...model.tasks.values()].filter((task) => task.cluster === cluster);
  const counts = (launchType: string, status: string) =>
    String(tasks.filter((task) => task.launchType === launchType && task.status === status).length);
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: cluster.status === "ACTIVE" ? 1 : 0,
    runningTasksCount: tasks.filter(({ status }) => status === "RUNNING").length,
    pendingTasksCount: tasks.filter(({ status }) => status === "PENDING").length,
    activeServicesCount: 0,
    statistics: include.includes("STATISTICS")
      ? [
        { name: "runningEC2TasksCount", value: counts("EC2", "RUNNING") },
        { name: "runningFargateTasksCount", value: counts("FARGATE", "RUNNING") },
        { name: "pendingEC2TasksCount", value: counts("EC2", "PENDING") },
        { name: "pendingFargateTasksCount", value: counts("FARGATE", "PENDING") },
      ]
      : [],
    tags: include.includes("TAGS") ? cluster.tags : [],
    settings: include.includes("SETTINGS")
      ? [{ name: "containerInsights", value: cluster.containerInsights }]
      : [],
    ...(include.includes("CONFIGURATIONS") ? { configuration: cluster.configuration } : {}),
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: cluster.defaultStrategy,
    serviceConnectDefaults: cluster.namespace === undefined
      ? undefined
      : { namespace: cluster.namespace },
  };
}

function clusterName(nameOrArn: string): string {
  return nameOrArn.includes(":cluster/") ? nameOrArn.split(":cluster/")[1] ?? "" : nameOrArn;
}

function clusterArn(model: Model, region: string, name: string): string {
  return name.startsWith("arn:") ? name : `arn:aws:ecs:${region}:${model.account}:cluster/${name}`;
}
