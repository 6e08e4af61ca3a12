import { assertEquals, assertNotEquals } from "@std/assert";
import {
  accountKey,
  clusterInWords,
  clusterKey,
  type ClusterRef,
  consoleUrl,
  parseTaskArn,
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
  assertEquals(consoleUrl("arn:aws:ecs:us-east-1:123456789012:task/0123"), undefined);
});
