import { assertEquals } from "@std/assert";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import {
  assertRefused,
  emptyModel,
  fargate,
  region,
  register,
} from "../../../harness/simulator_definitions.ts";

type Described = { cluster: Record<string, unknown> };

function stage() {
  const model = emptyModel();
  return (operation: string, input: Input) => perform(model, region, operation, input);
}

Deno.test("a cluster shows tags, settings and statistics only where they are asked for", () => {
  const call = stage();
  call("CreateCluster", {
    clusterName: "web",
    tags: [{ key: "a", value: "1" }],
    settings: [{ name: "containerInsights", value: "enhanced" }],
  });
  const describe = (include: string[]) => {
    const answer = call("DescribeClusters", { clusters: ["web"], include });
    const [{ tags, settings, statistics } = {}] = (answer as { clusters: Input[] }).clusters;
    return { tags, settings, statistics: (statistics as unknown[]).length };
  };
  assertEquals(describe([]), { tags: [], settings: [], statistics: 0 });
  assertEquals(describe(["TAGS", "SETTINGS", "STATISTICS"]), {
    tags: [{ key: "a", value: "1" }],
    settings: [{ name: "containerInsights", value: "enhanced" }],
    statistics: 4,
  });
});

Deno.test("Container Insights of a cluster are set later too, and take known values", () => {
  const call = stage();
  const set = (value: string) =>
    call("UpdateClusterSettings", {
      cluster: "main",
      settings: [{ name: "containerInsights", value }],
    }) as Described;
  assertEquals(set("enabled").cluster["settings"], [{
    name: "containerInsights",
    value: "enabled",
  }]);
  assertRefused(
    () => set("on"),
    "InvalidParameterException",
    "Invalid setting 'value'",
  );
});

Deno.test("RunTask without launch type takes the cluster's own strategy", () => {
  const model = emptyModel();
  const call = (operation: string, input: Input) => perform(model, region, operation, input);
  register(fargate(), model);
  call("PutClusterCapacityProviders", {
    cluster: "main",
    capacityProviders: ["FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
  });
  const run = (request: Input) =>
    call("RunTask", {
      cluster: "main",
      taskDefinition: "web",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
      ...request,
    }) as { tasks: Record<string, unknown>[] };
  const [task] = run({}).tasks;
  assertEquals([task?.["launchType"], task?.["capacityProviderName"]], ["FARGATE", "FARGATE_SPOT"]);
  assertEquals(run({ launchType: "FARGATE" }).tasks[0]?.["capacityProviderName"], undefined);
  assertRefused(
    () => run({ capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }] }),
    "InvalidParameterException",
    "'FARGATE' was not found or is not associated with the cluster",
  );
});

Deno.test("DescribeClusters takes at most 100 clusters", () => {
  const call = stage();
  assertRefused(
    () => call("DescribeClusters", { clusters: Array(101).fill("main") }),
    "InvalidParameterException",
    "Clusters can have at most 100 items.",
  );
});

Deno.test("a deleted cluster is INACTIVE, and can be created anew", () => {
  const call = stage();
  const created = call("CreateCluster", { clusterName: "web", tags: [{ key: "a", value: "1" }] });
  assertEquals((created as Described).cluster["status"], "ACTIVE");
  assertEquals(
    (call("DeleteCluster", { cluster: "web" }) as Described).cluster["status"],
    "INACTIVE",
  );
  assertRefused(
    () => call("ListTasks", { cluster: "web" }),
    "ClientException",
    "The referenced cluster was inactive.",
  );
  assertEquals((call("CreateCluster", { clusterName: "web" }) as Described).cluster["tags"], []);
});

Deno.test("ListClusters answers pages", () => {
  const call = stage();
  for (const clusterName of ["a", "b"]) call("CreateCluster", { clusterName });
  const list = (input: Input) =>
    call("ListClusters", input) as { clusterArns: string[]; nextToken?: string };
  const { clusterArns, nextToken } = list({ maxResults: 2 });
  const rest = list({ maxResults: 2, nextToken });
  assertEquals([clusterArns.length, rest.clusterArns.length, rest.nextToken], [2, 1, undefined]);
  assertEquals([...clusterArns, ...rest.clusterArns], list({}).clusterArns);
  for (const wrong of [{ maxResults: 0 }, { maxResults: 101 }, { nextToken: "x" }]) {
    assertRefused(() => list(wrong), "InvalidParameterException", "");
  }
});

Deno.test("DescribeClusters and DescribeTaskDefinition refuse to include what there is not", () => {
  const call = stage();
  const includes = [
    [
      "DescribeClusters",
      "include must be of ATTACHMENTS, CONFIGURATIONS, SETTINGS, STATISTICS, TAGS",
    ],
    ["DescribeTaskDefinition", "include must be of TAGS"],
  ] as const;
  for (const [operation, says] of includes) {
    assertRefused(
      () => call(operation, { clusters: ["main"], taskDefinition: "web", include: ["X"] }),
      "InvalidParameterException",
      says,
    );
  }
});

Deno.test("PutClusterCapacityProviders takes providers and strategy, be they empty", () => {
  const call = stage();
  const empty = { capacityProviders: [], defaultCapacityProviderStrategy: [] };
  for (const missing of Object.keys(empty)) {
    assertRefused(
      () => call("PutClusterCapacityProviders", { cluster: "main", ...empty, [missing]: null }),
      "InvalidParameterException",
      `${missing} cannot be null.`,
    );
  }
  const { cluster } = call("PutClusterCapacityProviders", {
    cluster: "main",
    ...empty,
  }) as Described;
  assertEquals(cluster["capacityProviders"], []);
});

Deno.test("operations that change a cluster have no default cluster", () => {
  const call = stage();
  call("CreateCluster", {});
  for (
    const operation of ["UpdateCluster", "UpdateClusterSettings", "PutClusterCapacityProviders"]
  ) {
    assertRefused(
      () =>
        call(operation, {
          settings: [],
          capacityProviders: [],
          defaultCapacityProviderStrategy: [],
        }),
      "InvalidParameterException",
      "Cluster cannot be null or empty.",
    );
  }
  assertRefused(
    () => call("UpdateClusterSettings", { cluster: "main" }),
    "InvalidParameterException",
    "settings cannot be null.",
  );
});

Deno.test("a cluster has its namespace of Service Connect until UpdateCluster empties it", () => {
  const call = stage();
  const namespace = (operation: string, input: Input) =>
    (call(operation, input) as Described).cluster["serviceConnectDefaults"];
  const set = { serviceConnectDefaults: { namespace: "internal" } };
  assertEquals(namespace("CreateCluster", { clusterName: "web", ...set }), {
    namespace: "internal",
  });
  assertEquals(namespace("UpdateCluster", { cluster: "web", settings: [] }), {
    namespace: "internal",
  });
  const emptied = { serviceConnectDefaults: { namespace: "" } };
  assertEquals(namespace("UpdateCluster", { cluster: "web", ...emptied }), undefined);
});
