import { assertEquals, assertRejects } from "@std/assert";
import { EcsError } from "../../../../src/aws/error.ts";
import { createDefinitions } from "../../../../src/lifecycle/definition/describe.ts";
import { type Answers, callerAnswering } from "../../../harness/caller.ts";
import { createWorld, silent } from "../../../harness/world.ts";

const arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1";

function definitionsWith(describeTaskDefinition: NonNullable<Answers["describeTaskDefinition"]>) {
  const { time, pass, settle } = createWorld();
  const { caller, asked } = callerAnswering({ describeTaskDefinition });
  const definitions = createDefinitions({
    caller,
    clock: time.clock({ alive: true }),
    random: () => 0.5,
    log: silent,
    signal: new AbortController().signal,
  });
  return { definitions, asked, pass, settle };
}

const answer = (family = "web") => ({
  $metadata: {},
  taskDefinition: { taskDefinitionArn: arn, family, containerDefinitions: [{ name: "app" }] },
});
const failing = (kind: EcsError["kind"]) => () => {
  throw new EcsError(kind, "DescribeTaskDefinition web", "it failed");
};

Deno.test("a revision is described once, however many ask and whenever", async () => {
  const { definitions, asked, pass } = definitionsWith(() => answer());
  const both = await Promise.all([definitions.describe("web:1"), definitions.describe("web:1")]);
  await pass(3_600_000);
  const [first, second, third] = [...both, await definitions.describe("web:1")];
  assertEquals([first, second], [third, third]);
  assertEquals(asked.map(({ input }) => input), [{ taskDefinition: "web:1" }]);
});

Deno.test("a family's newest revision is asked for again after half a minute, and when it is renewed", async () => {
  const { definitions, asked, pass } = definitionsWith(() => answer());
  await definitions.describe("web");
  await definitions.describe("web");
  assertEquals(asked.length, 1);
  await pass(30_001);
  await definitions.describe("web");
  assertEquals(asked.length, 2);
  assertEquals([definitions.renew("web"), definitions.renew("web")], [true, false]);
  await definitions.describe("web");
  assertEquals(asked.length, 3);
  assertEquals(definitions.renew("web:1"), false);
});

Deno.test("a failure is not remembered", async () => {
  let failures = 1;
  const { definitions, asked } = definitionsWith(() =>
    failures-- > 0 ? failing("unavailable")() : answer()
  );
  await assertRejects(() => definitions.describe("web:1"), EcsError);
  assertEquals((await definitions.describe("web:1")).arn, arn);
  assertEquals(asked.length, 2);
});

Deno.test("the least recently used definition is forgotten first", async () => {
  const { definitions, asked } = definitionsWith(() => answer());
  for (let n = 0; n < 1_000; n += 1) await definitions.describe(`family-${n}:1`);
  await definitions.describe("family-0:1");
  await definitions.describe("one-more:1");
  const before = asked.length;
  await definitions.describe("family-0:1");
  assertEquals(asked.length, before);
  await definitions.describe("family-1:1");
  assertEquals(asked.length, before + 1);
});

Deno.test("the definition of a task that ended is asked for a few times, and then done without", async () => {
  const unavailable = definitionsWith(failing("unavailable"));
  const ofTask = unavailable.definitions.ofTask({ taskDefinitionArn: arn });
  assertEquals(await unavailable.settle(ofTask), { status: "fulfilled", value: undefined });
  assertEquals(unavailable.asked.length, 5);
  const denied = definitionsWith(failing("denied"));
  assertEquals(await denied.definitions.ofTask({ taskDefinitionArn: arn }), undefined);
  assertEquals(denied.asked.length, 1);
  const nameless = definitionsWith(() => answer());
  assertEquals(await nameless.definitions.ofTask({}), undefined);
  assertEquals(nameless.asked.length, 0);
});
