import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  answering,
  configOf,
  createWorld,
  startRequest,
  type World,
} from "../../../harness/world.ts";

function start({ lifecycle }: World, task: Record<string, unknown>) {
  return lifecycle.start(startRequest({ config: configOf(task) }));
}

Deno.test("a public address that EC2 does not know yet is waited for", async () => {
  const unknown = Object.assign(new Error("The networkInterface ID does not exist"), {
    name: "InvalidNetworkInterfaceID.NotFound",
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
  });
  let asked = 0;
  const world = createWorld({
    intercept: answering("describeNetworkInterfaces", () => {
      asked += 1;
      if (asked === 1) return Promise.reject(unknown);
      return Promise.resolve({ publicAddress: asked === 2 ? undefined : "203.0.113.7" });
    }),
  });
  const result = await world.settle(start(world, { advertise: "public" }));
  assert(result.status === "fulfilled");
  assertEquals(result.value.publicAddress, "203.0.113.7");
  assertEquals(asked, 3);
});

Deno.test("a public address that never comes ends the start, which may be tried again", async () => {
  const world = createWorld({
    intercept: answering(
      "describeNetworkInterfaces",
      () => Promise.resolve({ publicAddress: undefined }),
    ),
  });
  const result = await world.settle(start(world, { advertise: "public" }));
  assert(result.status === "rejected");
  assertStringIncludes(result.reason.message, "lead to an internet gateway");
  assertEquals(result.reason.recoverable, true);
  await world.pass(120_000);
  assertEquals(world.ecs.live(), []);
});
