import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { createAccounts } from "../../../src/lifecycle/account.ts";
import { silentMeter } from "../../../src/meter.ts";
import { cluster, createWorld, silent } from "../../harness/world.ts";

function accountsOf(endpoint: () => string | undefined = () => undefined) {
  const world = createWorld();
  const process = { alive: true };
  const closed = new AbortController();
  const accounts = createAccounts({
    connect: (target) => world.connect(process, target),
    clock: world.time.clock(process),
    random: () => 0.5,
    log: silent,
    meter: silentMeter,
    settings: () => ({
      calls: { raised: {}, share: 1, ceiling: undefined },
      pollInterval: 2_000,
      endpoint: endpoint(),
    }),
    onHealth: () => {},
    signal: closed.signal,
  });
  return { ...world, accounts };
}

Deno.test("clusters of one region and identity share an account, whatever their session is called", () => {
  const { accounts } = accountsOf();
  const role = "arn:aws:iam::123456789012:role/nomad";
  const as = (sessionName: string) => ({ ...cluster, role: { arn: role, sessionName } });
  assertStrictEquals(accounts.of({ ...cluster, name: "other" }), accounts.of(cluster));
  assertStrictEquals(accounts.of(as("one")), accounts.of(as("two")));
  assert(accounts.of(as("one")) !== accounts.of(cluster));
  assert(accounts.of({ ...cluster, region: "eu-west-1" }) !== accounts.of(cluster));
});

Deno.test("a cluster has one watcher, and all accounts' watchers are known", () => {
  const { accounts } = accountsOf();
  const watcher = accounts.of(cluster).watcher("web");
  assertStrictEquals(accounts.of(cluster).watcher("web"), watcher);
  accounts.of({ ...cluster, region: "eu-west-1" }).watcher("web");
  assertEquals(accounts.watchers().map(({ cluster: { region } }) => region), [
    "us-east-1",
    "eu-west-1",
  ]);
});

Deno.test("another endpoint holds from the next call on", async () => {
  const configured: { endpoint?: string } = {};
  const { accounts, targets, settle } = accountsOf(() => configured.endpoint);
  const { caller } = accounts.of(cluster);
  const call = () =>
    settle(caller.call("describeClusters", { clusters: [cluster.name] }, {
      target: "the cluster",
      priority: "act",
    }));
  await call();
  await call();
  configured.endpoint = "https://ecs.example.invalid";
  await call();
  assertEquals(targets().map(({ endpoint }) => endpoint), [undefined, configured.endpoint]);
});
