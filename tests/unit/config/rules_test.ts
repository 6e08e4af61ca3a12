import { assertEquals } from "@std/assert";
import * as rules from "../../../src/config/rules.ts";

const account = "123456789012";
const forms: Record<string, [check: (text: string) => string | undefined, string[], string[]]> = {
  "a task definition": [
    rules.taskDefinition,
    ["web", "web:7", `arn:aws-cn:ecs:cn-north-1:${account}:task-definition/web:7`],
    ["", "web:0", "a b", "web:latest", `arn:aws:ecs:us-east-1:${account}:cluster/web`],
  ],
  "a family": [rules.family, ["web", "a".repeat(255)], ["", "web:1", "a.b", "a".repeat(256)]],
  "a container's name": [rules.containerName, ["web_1-a"], ["a b", "ä"]],
  "a port's name": [rules.portName, ["http", "_a-1"], ["HTTP", "-a", "a".repeat(65)]],
  "a cluster": [
    rules.cluster,
    ["prod", `arn:aws:ecs:us-east-1:${account}:cluster/prod`],
    ["a/b", `arn:aws:ecs:us-east-1:${account}:service/prod`],
  ],
  "a region": [rules.region, ["us-east-1", "us-gov-west-1"], ["us-east", "moon", "us_east_1"]],
  "a role's ARN": [
    rules.roleArn,
    [`arn:aws:iam::${account}:role/path/name`],
    ["name", `arn:aws:iam::${account}:user/name`],
  ],
  "a role's name or ARN": [
    rules.roleNameOrArn,
    ["name", `arn:aws:iam::${account}:role/name`],
    ["a/b", "a".repeat(65)],
  ],
  "a platform version": [rules.platformVersion, ["LATEST", "1.4.0"], ["latest", "1.4"]],
  "a file of environment variables": [
    rules.environmentFile,
    ["arn:aws:s3:::bucket/a/b.env", "arn:aws:s3:::bucket/.env"],
    ["s3://bucket/a.env", "bucket/a.env", "arn:aws:s3:::bucket/a.txt"],
  ],
  "an endpoint": [rules.endpoint, ["http://localhost:80", "https://ecs"], ["ecs:80", "ftp://a"]],
};
for (const [name, [check, right, wrong]] of Object.entries(forms)) {
  Deno.test(`${name} has its form`, () => {
    for (const text of right) assertEquals(check(text), undefined, text);
    for (const text of wrong) assertEquals(typeof check(text), "string", text);
  });
}

Deno.test("no form takes long to check, however long the text", () => {
  for (const [check] of Object.values(forms)) {
    for (const unit of ["a", "-", "a-", "arn:aws", "1.", "é", "/"]) {
      assertEquals(typeof check(unit.repeat(65_536)), "string");
    }
  }
});

Deno.test("a tag has AWS's characters and lengths, and no prefix that is reserved", () => {
  assertEquals(rules.tag("Team: a/b", "x@y.z"), undefined);
  assertEquals(rules.tag("a", ""), undefined);
  for (
    const [key, value] of [
      ["", "x"],
      ["k".repeat(129), "x"],
      ["k", "v".repeat(257)],
      ["a#b", "x"],
      ["a", "x#y"],
      ["Nomad:job", "x"],
      ["AWS:x", "x"],
    ] as const
  ) assertEquals(typeof rules.tag(key, value), "string", key);
});

Deno.test("a region must not contradict a cluster's ARN", () => {
  const cluster = `arn:aws:ecs:eu-west-1:${account}:cluster/web`;
  assertEquals(rules.regionBesideCluster({ cluster, region: "eu-west-1" }), undefined);
  assertEquals(rules.regionBesideCluster({ cluster, region: undefined }), undefined);
  assertEquals(rules.regionBesideCluster({ cluster: "web", region: "us-east-1" }), undefined);
  assertEquals(
    rules.regionBesideCluster({ cluster, region: "us-east-1" }),
    `be "eu-west-1", as in cluster = "${cluster}", or be left out`,
  );
});

Deno.test("the first value that stands twice is found", () => {
  assertEquals(rules.twice(["a", "b", "b", "a"]), "b");
  assertEquals(rules.twice(["a", "b"]), undefined);
  assertEquals(rules.twice([]), undefined);
});
