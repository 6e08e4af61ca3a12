import { encode } from "@msgpack/msgpack";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { decodePluginConfig, type PluginConfig } from "../../../src/config/mod.ts";
import {
  addCluster,
  clusterOf,
  clustersToSearch,
  createClusters,
  fallbackCluster,
  knownClusters,
  mostNamedClusters,
  nameCluster,
  removeCluster,
  scopeConfigOf,
} from "../../../src/driver/searched_clusters.ts";

function plugin(config: Record<string, unknown>): PluginConfig {
  const decoded = decodePluginConfig(encode({ enabled: true, ...config }));
  assert(decoded.kind === "ok");
  return decoded.value;
}

const role = "arn:aws:iam::123456789012:role/nomad";

Deno.test("a configuration names its cluster, with the region and the identity to reach it", () => {
  const config = plugin({
    cluster: "web",
    region: "eu-west-1",
    profile: "prod",
    assume_role: { role_arn: role, external_id: "nomad-7", session_name: "job-web" },
  });
  const expected = {
    name: "web",
    region: "eu-west-1",
    profile: "prod",
    role: { arn: role, externalId: "nomad-7", sessionName: "job-web" },
  };
  assertEquals(clusterOf(config), expected);
  assertEquals(fallbackCluster(config), expected);
  assertEquals(clusterOf({ ...config, ...scopeConfigOf(plugin({ cluster: "two" })) }), {
    name: "two",
    region: undefined,
    profile: undefined,
    role: undefined,
  });
});

Deno.test("a configuration without a cluster names none", () => {
  assertEquals(clusterOf(plugin({ region: "eu-west-1" })), undefined);
});

Deno.test("clusters and regions that are allowed by their very names are known, each with each", () => {
  const config = plugin({
    cluster: "web",
    region: "eu-west-1",
    allowed: { clusters: ["batch", "team-*"], regions: ["eu-west-1", "us-east-?"] },
  });
  const names = knownClusters(config).map(({ name, region }) => `${name} ${region}`);
  assertEquals(names, ["web eu-west-1", "batch eu-west-1"]);
});

Deno.test("a cluster's ARN is known in its own region alone", () => {
  const arn = "arn:aws:ecs:us-east-1:123456789012:cluster/far";
  const config = plugin({
    cluster: "web",
    region: "eu-west-1",
    allowed: { clusters: [arn], regions: ["us-east-1"] },
  });
  const names = knownClusters(config).map(({ name, region }) => `${name} ${region}`);
  assertEquals(names, ["web eu-west-1", "web us-east-1", `${arn} us-east-1`]);
});

Deno.test("of very many clusters that are allowed, 32 are known", () => {
  const clusters = Array.from({ length: 100 }, (_, index) => `c${index}`);
  assertEquals(knownClusters(plugin({ cluster: "web", allowed: { clusters } })).length, 32);
});

Deno.test("the tasks of a cluster share one reference to it", () => {
  const clusters = createClusters();
  const first = addCluster(clusters, { name: "web", region: "eu-west-1" });
  assertStrictEquals(addCluster(clusters, { name: "web", region: "eu-west-1" }), first);
  assertEquals(clusters.met.size, 1);
});

Deno.test("a task whose role session has another name keeps that name", () => {
  const clusters = createClusters();
  const as = (sessionName: string) => ({
    name: "web",
    region: "eu-west-1",
    role: { arn: role, sessionName },
  });
  addCluster(clusters, as("one"));
  assertEquals(addCluster(clusters, as("two")).role?.sessionName, "two");
  assertEquals(clusters.met.size, 1, "it is still one cluster to search");
});

Deno.test("clusters that were met are searched besides those that the configuration names", () => {
  const clusters = createClusters();
  addCluster(clusters, { name: "met", region: "eu-west-1" });
  const config = plugin({ cluster: "web", region: "eu-west-1" });
  assertEquals(clustersToSearch(clusters, config).map(({ name }) => name), ["met", "web"]);
  removeCluster(clusters, { name: "met", region: "eu-west-1" });
  assertEquals(clustersToSearch(clusters, config).map(({ name }) => name), ["web"]);
});

Deno.test("a disabled driver searches only the clusters that it has met", () => {
  const clusters = createClusters();
  addCluster(clusters, { name: "met", region: "eu-west-1" });
  const config = { ...plugin({ cluster: "web" }), enabled: false };
  assertEquals(clustersToSearch(clusters, config).map(({ name }) => name), ["met"]);
});

Deno.test("of ten thousand clusters that starts have only named, the last ones are searched", () => {
  const clusters = createClusters();
  const config = { ...plugin({}), enabled: false };
  const searched = () => clustersToSearch(clusters, config).map(({ name }) => name);
  const first = nameCluster(clusters, { name: "first", region: "eu-west-1" });
  assertEquals(searched(), ["first"]);
  addCluster(clusters, first);
  for (let at = 0; at < 10_000; at++) {
    nameCluster(clusters, { name: `named-${at}`, region: "eu-west-1" });
  }
  assertEquals(searched().length, 1 + mostNamedClusters);
  assertEquals(searched().slice(0, 1), ["first"], "what was met stays");
  assertEquals(searched().slice(-1), ["named-9999"]);
  assertStrictEquals(nameCluster(clusters, { name: "first", region: "eu-west-1" }), first);
  nameCluster(clusters, { name: "named-9990", region: "eu-west-1" });
  assertEquals(searched().slice(-1), ["named-9990"], "it is the newest again");
  removeCluster(clusters, { name: "named-9990", region: "eu-west-1" });
  assertEquals(searched().length, mostNamedClusters);
});
