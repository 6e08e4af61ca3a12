import { assertEquals } from "@std/assert";
import {
  fargateCpuInWords,
  fargateSize,
  fargateSizeFor,
  fargateSizesInWords,
} from "../../../src/config/fargate_limits.ts";

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

Deno.test("the sizes are put into words from the table", () => {
  assertEquals(fargateCpuInWords, "`256`, `512`, `1024`, `2048`, `4096`, `8192` or `16384`");
  assertEquals(fargateSizesInWords, "from 256 CPU units with 512 MiB to 16384 with 122880");
});
