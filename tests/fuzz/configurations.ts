import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { pluginConfig } from "../../src/config/plugin_config.ts";
import type { Field, Fields } from "../../src/config/schema.ts";
import { arbitraryTask } from "../harness/arbitrary_task.ts";
import { configure, driverConfig, start, taskOf } from "../harness/driver_calls.ts";
import { call } from "../harness/plugin.ts";
import { secretPlaces } from "../harness/secret_places.ts";
import { hostileInputs } from "./hostile_inputs.ts";
import { hostileSecret, hostileValue } from "./hostile_values.ts";
import { type FixedCase, type Kind, ofSeed } from "./kind.ts";
import { type Site, siteConfig } from "./site.ts";

/** Configurations of tasks, and of the plugin, with values that they are not meant to have. */
export const configurations: Kind = {
  name: "configuration",
  quick: 400,
  fixed: [
    ...hostileInputs.filter(({ name }) => !/32,000|32 MB/.test(name)).map((input) => ({
      name: input.name,
      run: async (site: Site) => {
        await site.attempt(start(site.connection, input.task()));
      },
    })),
    ...badPluginConfigs(),
  ],
  run: async (site, seed) => {
    switch (seed % 4) {
      case 0:
        return await setConfig(site, ofSeed(hostilePlugin(site), seed));
      case 1:
        return await startBytes(site, ofSeed(mutatedBytes, seed));
      default:
        return await startBytes(site, encode({ task: ofSeed(hostileTask(site), seed) }));
    }
  },
};

async function startBytes(site: Site, config: Uint8Array): Promise<void> {
  const { connection, canary } = site;
  const task = taskOf(config, { env: { JOB_SECRET: canary.at("env"), PLAIN: "x" } });
  const started = await site.attempt(start(connection, task));
  if (started === undefined) return;
  const { driver } = connection;
  site.see(
    JSON.stringify(await site.attempt(call(driver, driver.inspectTask, { taskId: task.id }))),
  );
  await site.attempt(call(driver, driver.destroyTask, { taskId: task.id, force: true }));
}

async function setConfig(site: Site, config: unknown): Promise<void> {
  const { base } = site.connection;
  const msgpackConfig = config instanceof Uint8Array ? config : encode(config);
  const request = { msgpackConfig, nomadConfig: undefined, pluginApiVersion: "v0.1.0" };
  const answer = await site.attempt(call(base, base.setConfig, request));
  // Nomad would start another plugin, and another.
  if (answer === undefined) site.wrong("SetConfig failed");
  await site.attempt(start(site.connection, taskOf(driverConfig({ task_definition: "absent" }))));
  await configure(site.connection, siteConfig);
}

function badPluginConfigs(): FixedCase[] {
  const cases: Record<string, () => unknown> = {
    "SetConfig nested 20,000 levels deep": () => new Uint8Array(20_000).fill(0x91),
    "SetConfig that declares 33 million values 40 times": () => {
      const bytes = new Uint8Array(200).fill(0xff);
      for (let at = 0; at < 200; at += 5) bytes.set([0xdd, 0x01], at);
      return bytes;
    },
    "SetConfig of 3 MB": () => ({ enabled: true, cluster: "é".repeat(1_000_000) }),
    "SetConfig that is no map": () => "text",
  };
  return Object.entries(cases).map(([name, config]) => ({
    name,
    run: (site) => setConfig(site, config()),
  }));
}

/** A task's configuration, mostly right, with secrets where they may be and some values replaced. */
function hostileTask({ canary }: Site): fc.Arbitrary<unknown> {
  return fc.tuple(
    arbitraryTask,
    fc.array(fc.tuple(fc.nat(), hostileValue, hostileSecret(canary.at("option"))), {
      maxLength: 3,
    }),
    fc.nat(),
  ).map(([task, changes, chance]) => {
    const changed: unknown = structuredClone(task);
    if (chance % 2 === 0) plant(changed, canary.at("planted"));
    for (const [where, value, secret] of changes) {
      const places = placesIn(changed, "");
      const place = places[where % places.length];
      if (place === undefined) continue;
      place.holder[place.key] = place.secret ? secret : value;
    }
    return changed;
  });
}

type Place = { holder: Record<string | number, unknown>; key: string | number; secret: boolean };

/** Every place of a value that can be given another. */
function placesIn(value: unknown, name: string, inSecret = false): Place[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Record<string | number, unknown>;
  const secret = inSecret || secretPlaces.has(name);
  return Object.keys(holder).flatMap((key) => [
    { holder, key, secret: secret || secretPlaces.has(key) },
    ...placesIn(holder[key], Array.isArray(value) ? name : key, secret),
  ]);
}

/** Puts a secret where secrets are at home. */
function plant(value: unknown, secret: string): void {
  if (typeof value !== "object" || value === null) return;
  const members = value as Record<string, unknown>;
  for (const [name, member] of Object.entries(members)) {
    if (["environment", "docker_labels", "options"].includes(name)) {
      members[name] = { PASSWORD: secret };
    } else if (name === "command") members[name] = ["--password", secret];
    else plant(member, secret);
  }
}

/** The bytes of a right configuration, some of them others. They hold no secret: it might become a key. */
const mutatedBytes: fc.Arbitrary<Uint8Array> = fc.tuple(
  arbitraryTask,
  fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
  fc.option(fc.nat()),
).map(([task, changes, cut]) => {
  const bytes = encode({ task });
  for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
  return cut === null ? bytes : bytes.slice(0, cut % bytes.length);
});

/** A configuration of the plugin in which any option may be anything. */
function hostilePlugin({ canary }: Site): fc.Arbitrary<unknown> {
  const secret = hostileSecret(canary.at("plugin"));
  const options = Object.entries(pluginConfig.fields as Fields).map(([name, field]) =>
    [
      name,
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: secretPlaces.has(name) ? secret : hostileValue },
        { weight: 1, arbitrary: blockOf(field, secret) },
      ),
    ] as const
  );
  return fc.record(Object.fromEntries(options)).map((config) => ({
    ...config,
    enabled: config["enabled"] ?? true,
  }));
}

function blockOf({ shape }: Field<unknown>, secret: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  if (shape.kind !== "block") return hostileValue;
  const options = Object.keys(shape.fields).map((name) =>
    [name, secretPlaces.has(name) ? secret : fc.oneof(fc.constant("x"), hostileValue)] as const
  );
  return fc.record(Object.fromEntries(options));
}
