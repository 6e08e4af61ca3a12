import { refuseForeignArn } from "../request/arn.ts";
import { AwsError, clientException, invalidParameter } from "../request/aws_error.ts";
import { type Input, optionalString, strings, tagsOf } from "../request/input.ts";
import type { Cluster, Model } from "../state/model.ts";

/** CreateCluster. */
export function createCluster(model: Model, region: string, input: Input): unknown {
  const name = optionalString(input, "clusterName") ?? "default";
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    throw invalidParameter(
      `Identifier is for ${name}. Identifiers may have letters, digits, - and _`,
    );
  }
  const key = `${region}/${name}`;
  const cluster: Cluster = model.clusters.get(key) ?? {
    name,
    arn: `arn:aws:ecs:${region}:${model.account}:cluster/${name}`,
    status: "ACTIVE",
    tags: tagsOf(input),
  };
  cluster.status = "ACTIVE";
  model.clusters.set(key, cluster);
  return { cluster: describe(model, cluster) };
}

/** DescribeClusters. */
export function describeClusters(model: Model, region: string, input: Input): unknown {
  const asked = strings(input, "clusters");
  const clusters: unknown[] = [];
  const failures: unknown[] = [];
  for (const name of asked.length === 0 ? ["default"] : asked) {
    const cluster = model.clusters.get(`${region}/${clusterName(name)}`);
    if (cluster === undefined) {
      failures.push({ arn: clusterArn(model, region, name), reason: "MISSING" });
    } else clusters.push(describe(model, cluster));
  }
  return { clusters, failures };
}

/** ListClusters. */
export function listClusters(model: Model, region: string): unknown {
  const clusterArns = [...model.clusters]
    .filter(([key, { status }]) => key.startsWith(`${region}/`) && status === "ACTIVE")
    .map(([, { arn }]) => arn);
  return { clusterArns };
}

/** DeleteCluster. A deleted cluster is still described, as INACTIVE. */
export function deleteCluster(model: Model, region: string, input: Input): unknown {
  const cluster = findCluster(model, region, input);
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
  return { cluster: describe(model, cluster) };
}

/** The active cluster that a request names, by name or ARN. The default is `default`. */
export function findCluster(model: Model, region: string, input: Input): Cluster {
  const name = optionalString(input, "cluster") ?? "default";
  refuseForeignArn(name, region);
  const cluster = model.clusters.get(`${region}/${clusterName(name)}`);
  if (cluster === undefined) {
    throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  }
  if (cluster.status === "INACTIVE") throw clientException("The referenced cluster was inactive.");
  return cluster;
}

function describe(model: Model, cluster: Cluster): unknown {
  const tasks = [...model.tasks.values()].filter((task) => task.cluster === cluster);
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: 1,
    runningTasksCount: tasks.filter(({ status }) => status === "RUNNING").length,
    pendingTasksCount: tasks.filter(({ status }) => status === "PENDING").length,
    activeServicesCount: 0,
    statistics: [],
    tags: cluster.tags,
    settings: [],
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [],
  };
}

function clusterName(nameOrArn: string): string {
  return nameOrArn.includes(":cluster/") ? nameOrArn.split(":cluster/")[1] ?? "" : nameOrArn;
}

function clusterArn(model: Model, region: string, name: string): string {
  return name.startsWith("arn:") ? name : `arn:aws:ecs:${region}:${model.account}:cluster/${name}`;
}
