import { assertEquals } from "@std/assert";
import {
  fargateSize,
  fargateSizeFor,
  isFargateProvider,
  onFargate,
} from "../../../src/config/fargate.ts";

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

Deno.test("Fargate's sizes are those of its documentation", () => {
  for (
    const [cpu, memory] of [
      [256, 512],
      [256, 2_048],
      [512, 3_072],
      [1_024, 8_192],
      [4_096, 30_720],
      [8_192, 20_480],
      [16_384, 122_880],
    ] as const
  ) assertEquals(fargateSize(cpu, memory), undefined);
});

Deno.test("another size is refused by the one of its two numbers that is wrong", () => {
  assertEquals(fargateSize(100, 512), {
    of: "cpu",
    text: "must be 256, 512, 1024, 2048, 4096, 8192 or 16384 on Fargate; got 100",
  });
  assertEquals(fargateSize(8_192, 17_408), {
    of: "memory",
    text: "must be 16384, or a multiple of 4096 up to 61440, on Fargate with cpu = 8192; got 17408",
  });
});

Deno.test("the smallest size is found that holds what is asked for, and every one is Fargate's", () => {
  const any = { cpu: undefined, memory: undefined };
  assertEquals(fargateSizeFor({ cpu: 100, memory: 300 }, any), { cpu: 256, memory: 512 });
  assertEquals(fargateSizeFor({ cpu: 100, memory: 2_049 }, any), { cpu: 512, memory: 3_072 });
  assertEquals(fargateSizeFor({ cpu: 100, memory: 512 }, { cpu: 1_024, memory: undefined }), {
    cpu: 1_024,
    memory: 2_048,
  });
  assertEquals(fargateSizeFor({ cpu: 16_385, memory: 1 }, any), undefined);
  for (const cpu of [1, 257, 4_000, 9_000]) {
    for (const memory of [1, 1_500, 30_000, 100_000]) {
      const size = fargateSizeFor({ cpu, memory }, any);
      if (size !== undefined) assertEquals(fargateSize(size.cpu, size.memory), undefined);
    }
  }
});
