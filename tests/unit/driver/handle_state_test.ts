import { assertEquals } from "@std/assert";
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
    container: "app",
    network: { advertise: "public" as const, address: "203.0.113.7", ports: { http: 80 } },
    startedAt: 1_767_225_600_000,
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
    container: undefined,
    network: { advertise: "private" as const, address: undefined, ports: {} },
    startedAt: undefined,
  };
  const { ref } = decodeHandleState({
    version: 1,
    state: encodeHandleState(handle),
    fallback: { profile: "test", role: { arn: "arn:aws:iam::123456789012:role/r" } },
  });
  assertEquals([ref.cluster.profile, ref.cluster.role], [undefined, undefined]);
});
