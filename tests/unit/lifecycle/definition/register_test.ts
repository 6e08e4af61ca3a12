import type { RegisterTaskDefinitionCommandInput, Tag } from "@aws-sdk/client-ecs";
import { assertEquals, assertRejects } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import type { InlineDefinition } from "../../../../src/lifecycle/definition/inline.ts";
import {
  createRegistry,
  definitionTags,
  type EarlierRevisions,
} from "../../../../src/lifecycle/definition/register.ts";
import { callerAnswering } from "../../../harness/caller.ts";
import { onInstances } from "../../../harness/definitions.ts";
import { ownerOf, silent } from "../../../harness/world.ts";

type Revision = { arn: string; revision: number; tags: Tag[]; status: "ACTIVE" | "INACTIVE" };

/** One family's revisions at ECS, and a registry before them. */
function family({ hidden = 0 }: { hidden?: number } = {}) {
  const revisions: Revision[] = [];
  const add = (tags: Tag[]) => {
    const revision = revisions.length + 1;
    const arn = `arn:aws:ecs:us-east-1:123456789012:task-definition/web:${revision}`;
    const made: Revision = { arn, revision, tags, status: "ACTIVE" };
    revisions.push(made);
    return made;
  };
  const find = (name = "") => {
    const found = revisions.find(({ arn, revision }) => arn === name || `web:${revision}` === name);
    if (found === undefined) throw new EcsError("rejected", `of ${name}`, "there is none");
    return found;
  };
  const describe = ({ arn, revision, status }: Revision) => ({
    taskDefinitionArn: arn,
    revision,
    status,
    containerDefinitions: [{ name: "app" }],
  });
  const { caller, asked } = callerAnswering({
    listTaskDefinitions: () => ({
      $metadata: {},
      taskDefinitionArns: revisions.slice(0, revisions.length - hidden)
        .filter(({ status }) => status === "ACTIVE").map(({ arn }) => arn).reverse(),
    }),
    describeTaskDefinition: ({ taskDefinition }) => {
      const found = find(taskDefinition);
      return { $metadata: {}, taskDefinition: describe(found), tags: found.tags };
    },
    registerTaskDefinition: ({ tags = [] }: RegisterTaskDefinitionCommandInput) => ({
      $metadata: {},
      taskDefinition: describe(add(tags)),
    }),
    deregisterTaskDefinition: ({ taskDefinition }) => {
      find(taskDefinition).status = "INACTIVE";
      return { $metadata: {} };
    },
  });
  const registry = createRegistry({ caller, log: silent, signal: new AbortController().signal });
  const resolve = async (
    definition: InlineDefinition,
    { job = "job", earlier = "keep" }: { job?: string; earlier?: EarlierRevisions } = {},
  ) => {
    const { arn } = await registry.resolve(definition, { ...ownerOf(), jobId: job }, earlier);
    return arn.replace(/^.*\//, "");
  };
  const active = () =>
    revisions.filter(({ status }) => status === "ACTIVE").map(({ revision }) => revision);
  const count = (name: string) => asked.filter((one) => one.name === name).length;
  return { registry, resolve, add, active, count, revisions };
}

function content(hash: string): InlineDefinition {
  return { option: "definition", family: "web", input: onInstances(), hash, notes: [] };
}

Deno.test("a revision has its user's tags, its content and the task of the job that it is for", () => {
  const input = { ...onInstances(), tags: [{ key: "team", value: "core" }] };
  const owner = { ...ownerOf(), jobId: "job/dispatch-1-2" };
  assertEquals(definitionTags({ ...content("aa"), input }, owner), [
    { key: "team", value: "core" },
    { key: "nomad:definition_hash", value: "aa" },
    { key: "nomad:definition_for", value: "default/job/group/main" },
  ]);
});

Deno.test("a content is registered once, and found by its tag by any other registry", async () => {
  const { resolve, count, revisions } = family();
  const names = await Promise.all([resolve(content("aa")), resolve(content("aa"))]);
  assertEquals([...names, await resolve(content("aa"))], ["web:1", "web:1", "web:1"]);
  assertEquals([count("registerTaskDefinition"), count("listTaskDefinitions")], [1, 2]);
  const other = family();
  other.add(revisions[0]?.tags ?? []);
  assertEquals(await other.resolve(content("aa")), "web:1");
  assertEquals(other.count("registerTaskDefinition"), 0);
});

Deno.test("of two that registered one content, the lowest stays and the other is deregistered", async () => {
  const { resolve, add, active } = family();
  const first = resolve(content("aa"));
  // Another client's revision comes between this one's list and its request.
  add(definitionTags(content("aa"), ownerOf()));
  assertEquals(await first, "web:1");
  assertEquals(active(), [1]);
});

Deno.test("a revision that ECS does not list yet is found by its number", async () => {
  const { resolve, add, active } = family({ hidden: 2 });
  const first = resolve(content("aa"));
  add(definitionTags(content("aa"), ownerOf()));
  assertEquals(await first, "web:1");
  assertEquals(active(), [1]);
});

Deno.test("a job's earlier revisions are deregistered where that is asked for, and nobody else's", async () => {
  const { resolve, active, add } = family();
  await resolve(content("aa"));
  await resolve(content("bb"), { job: "other" });
  add([]);
  await resolve(content("cc"));
  assertEquals(active(), [1, 2, 3, 4]);
  await resolve(content("dd"), { earlier: "deregister" });
  assertEquals(active(), [2, 3, 5]);
});

Deno.test("a revision that is inactive is forgotten, and its content registered anew", async () => {
  const { resolve, registry, revisions } = family();
  const definition = content("aa");
  await resolve(definition);
  const [first] = revisions;
  if (first === undefined) throw new Error("nothing was registered");
  first.status = "INACTIVE";
  assertEquals(await resolve(definition), "web:1");
  registry.forget(definition, first.arn);
  assertEquals(await resolve(definition), "web:2");
});

Deno.test("a registration that failed is tried again by the next who asks", async () => {
  const { caller, asked } = callerAnswering({
    listTaskDefinitions: () => {
      throw new EcsError("unavailable", "of web", "it is away");
    },
  });
  const registry = createRegistry({ caller, log: silent, signal: new AbortController().signal });
  const attempt = () => registry.resolve(content("aa"), ownerOf(), "keep");
  await assertRejects(attempt, EcsError);
  await assertRejects(attempt, EcsError);
  assertEquals(asked.length, 2);
});
