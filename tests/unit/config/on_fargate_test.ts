import { assertEquals } from "@std/assert";
import { isFargateProvider, onFargate } from "../../../src/config/on_fargate.ts";

const provider = (capacity_provider: string) => ({ capacity_provider });

Deno.test("launch type or providers say whether a task is on Fargate, or else ECS decides", () => {
  const on = (launch_type: string | undefined, ...providers: string[]) =>
    onFargate({ launch_type, capacity_provider_strategy: providers.map(provider) });
  assertEquals(on("FARGATE"), true);
  assertEquals(on("EC2"), false);
  assertEquals(on("EXTERNAL"), false);
  assertEquals(on(undefined), undefined);
  assertEquals(on(undefined, "FARGATE_SPOT"), true);
  assertEquals(on(undefined, "instances"), false);
  assertEquals(isFargateProvider(provider("FARGATE")), true);
  assertEquals(isFargateProvider(provider("fargate")), false);
});
