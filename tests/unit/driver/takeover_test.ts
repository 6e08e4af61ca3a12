import { assert, assertEquals } from "@std/assert";
import { decodeHandleState } from "../../../src/driver/handle_state.ts";
import { createTimedDriver } from "../../harness/timed_driver.ts";
import { cluster } from "../../harness/world.ts";

Deno.test("a start whose agent dies before ECS was asked starts nothing", async () => {
  const { ecs, start, settle, pass } = createTimedDriver();
  ecs.weather = { mode: "error503", rate: 1 };
  const { started, agentDies } = start("11111111");
  await pass(5_000);
  agentDies();
  ecs.weather = undefined;
  assertEquals((await settle(started)).status, "rejected");
  await pass(60_000);
  assertEquals(ecs.live(), []);
});

Deno.test("an agent that dies again and again during a start finds its ECS task", async () => {
  const { ecs, start, settle, pass } = createTimedDriver();
  const first = start("11111111");
  await pass(5_000);
  assertEquals(ecs.live().length, 1);
  first.agentDies();
  const second = start("22222222");
  await pass(1_000);
  second.agentDies();
  const third = await settle(start("33333333").started);
  assert(third.status === "fulfilled");
  const { ref } = decodeHandleState({ ...third.value.handle, fallback: cluster });
  assertEquals(ecs.live().map(({ arn }) => arn), [ref.arn]);
});
