import { assertEquals } from "@std/assert";
import { providersOf } from "../../../../demo/simulator/operations/capacity.ts";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import type { Input } from "../../../../demo/simulator/request/input.ts";
import {
  assertRefused,
  ec2,
  emptyModel,
  fargate,
  region,
  register,
} from "../../../harness/simulator_definitions.ts";

const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };

/** Runs as many tasks as are asked for, each call with one or `count`, until one is refused. */
function launchesUntilRefused(definition: Input, request: Input): number {
  const model = emptyModel();
  register(definition, model);
  for (let calls = 0;; calls++) {
    try {
      perform(model, region, "RunTask", { cluster: "main", taskDefinition: "web", ...request });
    } catch {
      assertRefused(
        () =>
          perform(model, region, "RunTask", { cluster: "main", taskDefinition: "web", ...request }),
        "ThrottlingException",
        "Rate exceeded",
      );
      return calls;
    }
  }
}
const strategy = (...names: string[]) => ({
  networkConfiguration,
  capacityProviderStrategy: names.map((capacityProvider) => ({ capacityProvider, weight: 1 })),
});

Deno.test("a launch on Fargate takes a token for each task", () => {
  const request = { launchType: "FARGATE", networkConfiguration };
  assertEquals(launchesUntilRefused(fargate(), request), 100);
  assertEquals(launchesUntilRefused(fargate(), { ...request, count: 8 }), 12);
});

Deno.test("Spot launches have a bucket of their own", () => {
  assertEquals(launchesUntilRefused(fargate(), { ...strategy("FARGATE_SPOT"), count: 10 }), 10);
  const both = { ...strategy("FARGATE", "FARGATE_SPOT"), count: 10 };
  assertEquals(launchesUntilRefused(fargate(), both), 20);
});

Deno.test("a launch on EC2 takes no launch tokens, only the token of its call", () => {
  assertEquals(launchesUntilRefused(ec2(), { count: 10 }), 100);
});

Deno.test("a repeated request with its client token is no second launch", () => {
  const model = emptyModel();
  register(fargate(), model);
  const run = (clientToken: string, count: number) =>
    perform(model, region, "RunTask", {
      cluster: "main",
      taskDefinition: "web",
      launchType: "FARGATE",
      networkConfiguration,
      clientToken,
      count,
    });
  for (let call = 0; call < 10; call++) run(`token-${call}`, 10);
  assertRefused(() => run("more", 1), "ThrottlingException", "Rate exceeded");
  run("token-0", 10);
});

Deno.test("tasks go to providers by base first and then by weight", () => {
  const item = (capacityProvider: string, weight: number, base = 0) => ({
    capacityProvider,
    weight,
    base,
  });
  const names = (count: number, ...items: Input[]) =>
    providersOf({ capacityProviderStrategy: items }, count).join(" ");
  assertEquals(names(3, item("A", 1), item("B", 0)), "A A A");
  assertEquals(names(6, item("A", 1), item("B", 2)), "A B B A B B");
  assertEquals(names(4, item("A", 0, 2), item("B", 1)), "A A B B");
  assertEquals(providersOf({}, 2), [undefined, undefined]);
});
