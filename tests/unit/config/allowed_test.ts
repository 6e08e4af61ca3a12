import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeProblems } from "../../../src/config/decode.ts";
import { problemsOf, refusalOf } from "../../harness/config.ts";

const role = "arn:aws:iam::123456789012:role/deploy";
/** The role that the plugin calls ECS through. */
const caller = "arn:aws:iam::123456789012:role/caller";
const fenced: Record<string, { allowed: unknown; task: Record<string, unknown>; path?: string }> = {
  "another cluster": {
    allowed: { clusters: ["prod-*"] },
    task: { cluster: "test" },
    path: "cluster",
  },
  "a cluster that is allowed": { allowed: { clusters: ["prod-*"] }, task: { cluster: "prod-1" } },
  "an ARN where names are allowed": {
    allowed: { clusters: ["prod-*"] },
    task: { cluster: "arn:aws:ecs:us-east-1:999999999999:cluster/prod-1" },
    path: "cluster",
  },
  "the plugin's own cluster": { allowed: { clusters: [], regions: [], roles: [] }, task: {} },
  "another region": {
    allowed: { regions: ["us-*"] },
    task: { region: "eu-west-1" },
    path: "region",
  },
  "another definition": {
    allowed: { task_definitions: ["web", "api-?"] },
    task: { task_definition: "db:3" },
    path: "task_definition",
  },
  "a revision of an allowed family": {
    allowed: { task_definitions: ["web", "api-?"] },
    task: { task_definition: "api-2:17" },
  },
  "a revision where only revisions are allowed": {
    allowed: { task_definitions: ["web:*"] },
    task: { task_definition: "web:3" },
  },
  "a family's newest revision where only revisions are allowed": {
    allowed: { task_definitions: ["web:*"] },
    task: { task_definition: "web" },
    path: "task_definition",
  },
  "a definition in the jobspec where only revisions of its family are allowed": {
    allowed: { task_definitions: ["web:*"] },
    task: {
      task_definition: null,
      definition: { family: "web", container: [{ name: "a", image: "b" }] },
    },
    path: "definition.family",
  },
  "another role to call ECS": {
    allowed: { roles: ["app-*"] },
    task: { assume_role: { role_arn: role } },
    path: "assume_role.role_arn",
  },
  "another role of the task": {
    allowed: { roles: ["app-*"] },
    task: { overrides: { task_role_arn: "admin" } },
    path: "overrides.task_role_arn",
  },
  "the role that ECS is called through as a container's": {
    allowed: { roles: ["app-*"] },
    task: { overrides: { task_role_arn: caller } },
    path: "overrides.task_role_arn",
  },
  "another role in the jobspec's definition": {
    allowed: { roles: ["app-*"] },
    task: {
      task_definition: null,
      definition: {
        family: "web",
        task_role_arn: "admin",
        container: [{ name: "a", image: "b" }],
      },
    },
    path: "definition.task_role_arn",
  },
  "another family in JSON": {
    allowed: { task_definitions: ["web"] },
    task: {
      task_definition: null,
      definition_json: '{"family":"db","containerDefinitions":[{"name":"a","image":"b"}]}',
    },
    path: "definition_json.family",
  },
  "another role for a volume": {
    allowed: { roles: ["app-*"] },
    task: {
      volume_configuration: [{
        name: "data",
        managed_ebs_volume: { role_arn: role, size_in_gib: 1 },
      }],
    },
    path: "volume_configuration[0].managed_ebs_volume.role_arn",
  },
  "a role that is allowed": {
    allowed: { roles: ["arn:aws:iam::123456789012:role/*"] },
    task: { overrides: { execution_role_arn: role } },
  },
};
for (const [name, { allowed, task, path }] of Object.entries(fenced)) {
  Deno.test(`the operator's fence: ${name}`, () => {
    const problems = problemsOf({ task_definition: "web", ...task }, {
      cluster: "main",
      region: "us-east-1",
      assume_role: { role_arn: caller },
      allowed,
    });
    assertEquals(
      problems.map(({ path }) => path),
      path === undefined ? [] : [`config.task.${path}`],
    );
    if (path !== undefined) {
      assertStringIncludes(describeProblems(problems), "must match allowed.");
      assertStringIncludes(
        describeProblems(problems),
        " of this client's plugin block, which is [",
      );
    }
  });
}

Deno.test("the operator's fence says what is allowed, and what was named", () => {
  assertEquals(
    refusalOf({ task_definition: "web", cluster: "test" }, {
      cluster: "main",
      allowed: { clusters: ["prod-*"] },
    }),
    "config.task.cluster must match allowed.clusters of this client's plugin block, which is " +
      '["prod-*"]; got "test"',
  );
});
