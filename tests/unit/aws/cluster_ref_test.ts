import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  accountKey,
  clusterInWords,
  clusterKey,
  type ClusterRef,
  consoleUrl,
  isInCluster,
  isSameCluster,
  parseClusterArn,
  parseTaskArn,
  taskInWords,
} from "../../../src/aws/cluster_ref.ts";

const role = { arn: "arn:aws:iam::123456789012:role/r", externalId: "x", sessionName: "s" };
const web: ClusterRef = { region: "us-east-1", name: "web", role };

Deno.test("a cluster, and an account, is another by each part but the session's name", () => {
  assertEquals(clusterKey(web), clusterKey({ ...web, role: { ...role, sessionName: "other" } }));
  const others: ClusterRef[] = [
    { ...web, region: "us-west-2" },
    { ...web, region: undefined },
    { ...web, profile: "p" },
    { ...web, role: undefined },
    { ...web, role: { ...role, arn: `${role.arn}2` } },
    { ...web, role: { ...role, externalId: "y" } },
  ];
  for (const other of others) {
    assertNotEquals(accountKey(other), accountKey(web));
    assertNotEquals(clusterKey(other), clusterKey(web));
  }
  assertEquals(accountKey({ ...web, name: "db" } as ClusterRef), accountKey(web));
  assertNotEquals(clusterKey({ ...web, name: "db" }), clusterKey(web));
});

Deno.test("a cluster is told with its region and role where it has them", () => {
  assertEquals(clusterInWords({ region: undefined, name: "web" }), "cluster web");
  assertEquals(clusterInWords({ region: "us-east-1", name: "web" }), "cluster web (us-east-1)");
  assertEquals(clusterInWords(web), `cluster web (us-east-1, as ${role.arn})`);
});

Deno.test("a task's ARN of any partition is read, in the long and the short format", () => {
  for (const partition of ["aws", "aws-cn", "aws-us-gov"]) {
    assertEquals(parseTaskArn(`arn:${partition}:ecs:us-east-1:123456789012:task/web/0123`), {
      partition,
      region: "us-east-1",
      account: "123456789012",
      cluster: "web",
      id: "0123",
    });
  }
  assertEquals(parseTaskArn("arn:aws:ecs:us-east-1:123456789012:task/0123")?.cluster, undefined);
});

Deno.test("what is no task's ARN is none", () => {
  const texts = [
    "",
    "0123",
    "arn:aws:ecs:us-east-1:123456789012:cluster/web",
    "arn:aws:ecs:us-east-1:123456789012:task/",
    "arn:aws:ecs:us-east-1:123456789012:task/web/0123/more",
    "arn:aws:ecs:us-east-1:123456789012:task/web/01 23",
    "arn:aws:ecs:us-east-1:12345:task/web/0123",
    " arn:aws:ecs:us-east-1:123456789012:task/web/0123",
  ];
  for (const text of texts) assertEquals([text, parseTaskArn(text)], [text, undefined]);
});

Deno.test("a task's page in the console is in its own partition", () => {
  const page = (partition: string) =>
    consoleUrl(`arn:${partition}:ecs:us-east-1:123456789012:task/web/0123`)?.split("/ecs")[0];
  assertEquals(page("aws"), "https://us-east-1.console.aws.amazon.com");
  assertEquals(page("aws-cn"), "https://us-east-1.console.amazonaws.cn");
  assertEquals(page("aws-us-gov"), "https://us-east-1.console.amazonaws-us-gov.com");
  assertEquals(page("aws-iso"), undefined, "no link is better than a wrong one");
  assertEquals(consoleUrl("arn:aws:ecs:us-east-1:123456789012:task/0123"), undefined);
});

const clusterArn = (region: string, account: string, name: string) =>
  `arn:aws:ecs:${region}:${account}:cluster/${name}`;

Deno.test("a cluster is the same by its name and by its ARN, with its region said or left out", () => {
  const named = { region: "us-east-1", name: "web" };
  const byArn = { region: undefined, name: clusterArn("us-east-1", "123456789012", "web") };
  for (const other of [named, byArn, { region: undefined, name: "web" }]) {
    assert(isSameCluster(named, other, "us-east-1"), other.name);
  }
  for (
    const other of [
      { ...named, name: "db" },
      { ...named, region: "us-west-2" },
      { ...named, role },
      { ...named, profile: "p" },
      { region: undefined, name: clusterArn("us-west-2", "123456789012", "web") },
    ]
  ) assert(!isSameCluster(named, other, "us-east-1"), JSON.stringify(other));
  assert(!isSameCluster(named, { region: undefined, name: "web" }, undefined));
});

Deno.test("a task is in the cluster that its ARN names, in that account and region", () => {
  const long = parseTaskArn("arn:aws:ecs:us-east-1:123456789012:task/web/0123");
  const short = parseTaskArn("arn:aws:ecs:us-east-1:123456789012:task/0123");
  assert(long !== undefined && short !== undefined);
  assertEquals(["web", "db"].map((name) => isInCluster(long, name)), [true, false]);
  assertEquals(["web", "db"].map((name) => isInCluster(short, name)), [true, true]);
  const arns = [
    clusterArn("us-east-1", "123456789012", "web"),
    clusterArn("us-east-1", "123456789012", "db"),
    clusterArn("us-east-1", "210987654321", "web"),
    clusterArn("us-west-2", "123456789012", "web"),
  ];
  assertEquals(arns.map((arn) => isInCluster(long, arn)), [true, false, false, false]);
  assertEquals(arns.map((arn) => isInCluster(short, arn)), [true, true, false, false]);
});

Deno.test("a cluster's ARN is read, and nothing else is taken for one", () => {
  assertEquals(parseClusterArn(clusterArn("us-east-1", "123456789012", "web")), {
    partition: "aws",
    region: "us-east-1",
    account: "123456789012",
    name: "web",
  });
  for (const text of ["web", "", "arn:aws:ecs:us-east-1:1:cluster/web", "arn:aws:ecs:::task/a"]) {
    assertEquals(parseClusterArn(text), undefined, text);
  }
});

Deno.test("a task is told with its cluster", () => {
  assertEquals(
    taskInWords({ arn: "a", cluster: { region: undefined, name: "web" } }),
    "a in cluster web",
  );
});
