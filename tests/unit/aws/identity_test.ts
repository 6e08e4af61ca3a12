import { assert, assertEquals, assertRejects } from "@std/assert";
import { identityOf, simulatePassRole } from "../../../src/aws/identity.ts";
import type { AwsHost } from "../../../src/aws/host.ts";
import { control, withEcs } from "../../harness/with_simulator.ts";

const { signal } = new AbortController();
const target = (endpoint: string) => ({
  region: "us-east-1",
  endpoint,
  role: undefined,
  profile: undefined,
});

function hostAt(sts: string, expiration?: Date): AwsHost {
  return {
    userAgent: { name: "test", version: "0.0.0" },
    endpoints: { sts, iam: sts },
    credentials: () => () =>
      Promise.resolve({
        accessKeyId: "simulated",
        secretAccessKey: "simulated",
        ...(expiration === undefined ? {} : { expiration }),
      }),
  };
}

Deno.test("STS tells whom AWS takes the caller for, and what time it is there", async () => {
  await withEcs(async (_client, { endpoint }) => {
    const expires = new Date("2030-01-01T00:00:00Z");
    const identity = await identityOf(target(endpoint), hostAt(endpoint, expires), signal);
    assertEquals(identity.arn, "arn:aws:iam::123456789012:user/simulated");
    assertEquals([identity.account, identity.region], ["123456789012", "us-east-1"]);
    assertEquals(identity.expires, expires);
    assert(identity.time !== undefined);
  });
});

Deno.test("STS's refusal is the call's error, with its code", async () => {
  await withEcs(async (_client, ecs) => {
    const faults = [{ operations: ["GetCallerIdentity"], mode: "expired" }];
    await control(ecs, "faults", { faults });
    const { endpoint } = ecs;
    const error = await assertRejects(
      () => identityOf(target(endpoint), hostAt(endpoint), signal),
      Error,
    );
    assertEquals(error.name, "ExpiredToken");
  });
});

const role = "arn:aws:iam::123456789012:role/web";

Deno.test("IAM's simulator says whether roles may be passed, and one refusal is the answer", async () => {
  await withEcs(async (_client, { endpoint, simulator }) => {
    const other = role.replace("web", "other");
    const ask = (arn: string) =>
      simulatePassRole(target(endpoint), hostAt(endpoint), { arn, roles: [role, other] }, signal);
    const user = "arn:aws:iam::123456789012:user/ops";
    assertEquals(await ask(user), "allowed");
    assertEquals(await ask("arn:aws:sts::123456789012:assumed-role/ops/session"), "allowed");
    simulator.iam.decisions.set(`iam:PassRole ${other}`, "implicitDeny");
    assertEquals(await ask(user), "implicitDeny");
    await assertRejects(() => ask("arn:aws:sts::123456789012:federated-user/x"), Error, "Invalid");
  });
});

Deno.test("an identity that IAM does not know by its name has no answer", async () => {
  await withEcs(async (_client, { endpoint, simulator }) => {
    simulator.iam.unknown.add(role);
    const asked = { arn: role, roles: [] };
    assertEquals(
      await simulatePassRole(target(endpoint), hostAt(endpoint), asked, signal),
      undefined,
    );
  });
});
