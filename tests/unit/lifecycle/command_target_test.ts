import { assertEquals, assertRejects } from "@std/assert";
import { EcsError } from "../../../src/aws/error.ts";
import type { OperationName } from "../../../src/aws/operations.ts";
import { factsOf } from "../../../src/lifecycle/definition/facts.ts";
import { commandTarget } from "../../../src/lifecycle/command_target.ts";
import { cluster } from "../../harness/world.ts";

const never = new AbortController().signal;
const ref = { arn: "arn:aws:ecs:us-east-1:123456789012:task/web/0123", cluster };

/** An account in which a task has these containers; the definition is refused with `refusal`. */
function accountWith(containers: string[], refusal?: EcsError) {
  const calls: OperationName[] = [];
  const account = {
    caller: {
      call: (name: OperationName) => {
        calls.push(name);
        const task = {
          taskDefinitionArn: "web:1",
          containers: containers.map((container) => ({ name: container })),
        };
        return Promise.resolve({ tasks: [task] });
      },
    },
    definitions: {
      describe: () => {
        if (refusal !== undefined) return Promise.reject(refusal);
        const containerDefinitions = containers.map((name, index) => ({
          name,
          essential: index > 0,
        }));
        return Promise.resolve(factsOf({ containerDefinitions }, "web:1"));
      },
    },
  } as unknown as Parameters<typeof commandTarget>[0];
  return { account, calls };
}

Deno.test("the container that the configuration names needs no call", async () => {
  const { account, calls } = accountWith(["proxy", "app"]);
  assertEquals((await commandTarget(account, ref, "app", never)).container, "app");
  assertEquals(calls, []);
});

Deno.test("a task of one container needs no name", async () => {
  const { account } = accountWith(["app"]);
  assertEquals((await commandTarget(account, ref, undefined, never)).container, undefined);
});

Deno.test("of several containers it is the main one", async () => {
  const { account } = accountWith(["helper", "app"]);
  assertEquals((await commandTarget(account, ref, undefined, never)).container, "app");
});

Deno.test("a definition that may not be read leaves the choice to ECS, and other errors are told", async () => {
  const denied = new EcsError("denied", "DescribeTaskDefinition web:1", "AccessDenied");
  const { account } = accountWith(["helper", "app"], denied);
  assertEquals((await commandTarget(account, ref, undefined, never)).container, undefined);
  const throttled = new EcsError("throttled", "DescribeTaskDefinition web:1", "Rate exceeded");
  const other = accountWith(["helper", "app"], throttled);
  await assertRejects(() => commandTarget(other.account, ref, undefined, never), EcsError);
});
