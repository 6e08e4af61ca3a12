import { encode } from "@msgpack/msgpack";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DriverError } from "../../../src/driver/driver_error.ts";
import { decodeHandleState, encodeHandleState } from "../../../src/driver/handle_state.ts";

const arn = "arn:aws:ecs:eu-west-1:123456789012:task/web/0123456789abcdef0123456789abcdef";

Deno.test("a handle keeps where its task lives and is reached, whatever the plugin's defaults are by then", () => {
  const handle = {
    ref: {
      arn,
      cluster: {
        name: "web",
        region: "eu-west-1",
        profile: "prod",
        role: { arn: "arn:aws:iam::123456789012:role/r", externalId: "x", sessionName: "s" },
      },
    },
    allocId: "0b8d5d7e-9c0f-4f0e-8f3a-5f6f0a9c3d11",
    container: "app",
    network: { advertise: "public" as const, address: "203.0.113.7", ports: { http: 80 } },
    startedAt: 1_767_225_600_000,
    handover: false,
    inDoubt: true,
    sources: [
      { region: "eu-west-1", group: "g", stream: "a", output: "stdout" as const, label: undefined },
      { region: "eu-west-1", group: "g", stream: "b", output: "stderr" as const, label: "side" },
    ],
  };
  const fallback = { name: "other", region: "us-east-1", profile: "test" };
  assertEquals(
    decodeHandleState({ version: 1, state: encodeHandleState(handle), fallback }),
    handle,
  );
});

Deno.test("a task that needed no profile and no role is not given the plugin's", () => {
  const handle = {
    ref: { arn, cluster: { name: "web", region: "eu-west-1" } },
    allocId: undefined,
    container: undefined,
    network: { advertise: "private" as const, address: undefined, ports: {} },
    startedAt: undefined,
    handover: false,
  };
  const { ref } = decodeHandleState({
    version: 1,
    state: encodeHandleState(handle),
    fallback: { profile: "test", role: { arn: "arn:aws:iam::123456789012:role/r" } },
  });
  assertEquals([ref.cluster.profile, ref.cluster.role], [undefined, undefined]);
});

Deno.test("a handle that is none is refused by what is wrong with it, and never by what it holds", () => {
  const canary = "canary-6b1f";
  const lists = new Uint8Array(200).fill(0xff);
  // 40 lists in one another, each of which declares 33 million values.
  for (let at = 0; at < 200; at += 5) lists.set([0xdd, 0x01], at);
  const states: [Uint8Array, RegExp][] = [
    [new Uint8Array(), /0 bytes are not a msgpack map/],
    [lists, /200 bytes are not a msgpack map: it declares \d+ values/],
    [new Uint8Array(20_000).fill(0x91), /nested deeper than/],
    [encode(canary), /not a msgpack map/],
    [encode([canary]), /not a msgpack map/],
    [encode({ [canary]: canary }), /no ARN/],
    [encode({ ARN: canary }), /its ARN, a text of 11 characters, is not an ECS task's/],
    [encode({ ARN: { [canary]: 1 } }), /no ARN/],
    [encode({ ARN: `${arn}/${canary}`.repeat(1_000) }), /is not an ECS task's/],
  ];
  for (const [state, says] of states) {
    const { message } = assertThrows(
      () => decodeHandleState({ version: 1, state, fallback: {} }),
      DriverError,
    );
    assertMatch(message, says);
    assertEquals(message.includes(canary), false, message);
  }
});

Deno.test("where a handle's cluster or region contradicts its ARN, the ARN's counts", () => {
  const told = (fields: Record<string, string>) => {
    const state = encode({ ARN: arn, ...fields });
    const { ref } = decodeHandleState({ version: 1, state, fallback: { name: "fallback" } });
    return [ref.cluster.name, ref.cluster.region];
  };
  const ofAccount = (account: string) => `arn:aws:ecs:eu-west-1:${account}:cluster/web`;
  assertEquals(told({ Cluster: "other" }), ["web", "eu-west-1"]);
  assertEquals(told({ Cluster: "web", Region: "us-east-1" }), ["web", "eu-west-1"]);
  assertEquals(told({ Cluster: ofAccount("210987654321") }), ["web", "eu-west-1"]);
  assertEquals(told({ Cluster: ofAccount("123456789012") })[0], ofAccount("123456789012"));
  const short = "arn:aws:ecs:eu-west-1:123456789012:task/0123456789abcdef0123456789abcdef";
  assertEquals(told({ ARN: short, Cluster: "other" }), ["other", "eu-west-1"]);
  assertEquals(told({ ARN: short }), ["fallback", "eu-west-1"]);
});
