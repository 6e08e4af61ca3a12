import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import type { TaskConfig } from "../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { driverConfig, taskOf } from "../harness/driver_calls.ts";
import { call } from "../harness/plugin.ts";
import { hostileSecret, hostileValue } from "./hostile_values.ts";
import { type Kind, ofSeed } from "./kind.ts";
import type { Site } from "./site.ts";

/** A handle as Nomad keeps it, and whose it is. */
type Handle = { readonly version: number; readonly state: Uint8Array };

/** Handles that were cut, changed, or written by somebody else. */
export const handles: Kind = {
  name: "handle",
  quick: 300,
  fixed: [
    {
      name: "200 bytes that declare 33 million values 40 times",
      run: (site) => recover(site, { version: 1, state: declaring() }),
    },
    {
      name: "20,000 levels deep",
      run: (site) => recover(site, { version: 1, state: new Uint8Array(20_000).fill(0x91) }),
    },
    {
      name: "times and ports out of range",
      run: (site) =>
        recover(site, {
          version: 1,
          state: encode({
            ARN: arn,
            StartedAtMillis: 1e300,
            Ports: { a: 1e300, b: -1, c: NaN },
            Address: "x".repeat(1_000_000),
          }),
        }),
    },
  ],
  run: async (site, seed) => await recover(site, ofSeed(hostileHandle(site), seed)),
};

/** The ARN of an ECS task that there is not. */
const arn =
  "arn:aws:ecs:us-east-1:123456789012:task/nomad-remote-driver-demo/0123456789abcdef0123456789abcdef";

const goHandle = new Uint8Array(
  (await Deno.readTextFile(new URL("../fixtures/go-driver-state.hex", import.meta.url)))
    .trim().match(/../g)?.map((hex) => parseInt(hex, 16)) ?? [],
);

async function recover(site: Site, { version, state }: Handle): Promise<void> {
  const { driver } = site.connection;
  const config: TaskConfig = taskOf(driverConfig({ task_definition: "idle" }));
  const taskId = config.id;
  const recovered = await site.attempt(
    call(driver, driver.recoverTask, {
      taskId,
      handle: { version, config, state: 1, driverState: state },
    }),
  );
  if (recovered === undefined) return;
  const told = await site.attempt(call(driver, driver.inspectTask, { taskId }));
  if (told === undefined) site.wrong("a task that was recovered cannot be inspected");
  site.see(JSON.stringify(told ?? ""));
  await site.attempt(call(driver, driver.destroyTask, { taskId, force: true }));
}

function hostileHandle({ canary }: Site): fc.Arbitrary<Handle> {
  const secret = canary.at("handle");
  const right = {
    ARN: arn,
    Cluster: "nomad-remote-driver-demo",
    Region: "us-east-1",
    StartedAtMillis: 1_767_225_600_000,
    Container: "main",
    Address: "10.0.0.1",
    Ports: { http: 80 },
    Advertise: "public",
    Profile: "prod",
    RoleARN: "arn:aws:iam::123456789012:role/nomad",
    RoleExternalID: secret,
    RoleSessionName: "session",
  };
  const names = Object.keys(right) as (keyof typeof right)[];
  const changed = fc.array(
    fc.oneof(
      fc.tuple(fc.constantFrom(...names), hostileValue),
      // The others are shown of a task that runs, and no handle has a secret there.
      fc.tuple(fc.constantFrom("ARN", "RoleExternalID", "TaskConfig"), hostileSecret(secret)),
    ),
    { minLength: 1, maxLength: 4 },
  ).map((changes) => encode({ ...right, ...Object.fromEntries(changes) }));
  const garbled = fc.tuple(
    fc.constantFrom(goHandle, encode({ ...right, RoleExternalID: "x" })),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
    fc.option(fc.nat()),
  ).map(([bytes, changes, cut]) => {
    const copy = bytes.slice();
    for (const [at, byte] of changes) copy[at % copy.length] = byte;
    return cut === null ? copy : copy.slice(0, cut % copy.length);
  });
  const state = fc.oneof(
    changed,
    garbled,
    fc.uint8Array({ maxLength: 300 }),
    hostileValue.map((value) => encode(value)),
    hostileSecret(secret).map((value) => encode(value)),
  );
  const version = fc.oneof(
    { weight: 9, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(0, -1, 2, 2 ** 31 - 1) },
  );
  return fc.record({ version, state });
}

function declaring(): Uint8Array {
  const bytes = new Uint8Array(200).fill(0xff);
  for (let at = 0; at < 200; at += 5) bytes.set([0xdd, 0x01], at);
  return bytes;
}
