import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type Account, createAccounts, idleTime } from "../../../src/lifecycle/account.ts";
import { silentMeter } from "../../../src/meter.ts";
import { answering, cluster, createWorld, silent } from "../../harness/world.ts";

function accountsOf(
  { endpoint = () => undefined, pollInterval = 2_000, ceiling }: {
    endpoint?: () => string | undefined;
    pollInterval?: number;
    ceiling?: number;
  } = {},
) {
  let looks = 0;
  const world = createWorld({
    intercept: answering("describeTasks", (input, signal, real) => {
      looks += 1;
      return real(input, signal);
    }),
  });
  const process = { alive: true };
  const closed = new AbortController();
  const accounts = createAccounts({
    connect: (target) => world.connect(process, target),
    clock: world.time.clock(process),
    random: () => 0.5,
    log: silent,
    meter: silentMeter,
    settings: () => ({
      calls: { raised: {}, share: 1, ceiling },
      pollInterval,
      endpoint: endpoint(),
    }),
    onHealth: () => {},
    signal: closed.signal,
  });
  return { ...world, accounts, closed, looks: () => looks };
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
  const { accounts, targets, settle } = accountsOf({ endpoint: () => configured.endpoint });
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

/** An account of a role of which nobody has heard. */
function unused(at: number) {
  return { region: "us-east-1", role: { arn: `arn:aws:iam::123456789012:role/${at}` } };
}

Deno.test("ten thousand accounts that nothing uses any more are dropped", async () => {
  const { accounts, pass } = accountsOf();
  const before = Array.from({ length: 10_000 }, (_, at) => accounts.of(unused(at)));
  assertStrictEquals(accounts.of(unused(0)), before[0]);
  await pass(idleTime);
  accounts.of(cluster);
  assert(before.every((account, at) => accounts.of(unused(at)) !== account));
});

/** An account's call of ListTasks, or one that waits for the budget. */
function list({ caller }: Account) {
  return caller.call("listTasks", { cluster: cluster.name }, {
    target: "the cluster",
    priority: "act",
  });
}

Deno.test("an account is kept for some time after its last call, and tells whether AWS has answered", async () => {
  const { accounts, pass, settle } = accountsOf();
  const account = accounts.of(unused(1));
  await pass(idleTime - 1_000);
  assertEquals(account.hasAnswered(), false);
  await settle(list(account));
  assertEquals(account.hasAnswered(), true);
  await pass(idleTime - 1_000);
  accounts.of(cluster);
  assertStrictEquals(accounts.of(unused(1)), account);
  await pass(2 * idleTime);
  accounts.of(cluster);
  assert(accounts.of(unused(1)) !== account);
});

Deno.test("an account whose calls AWS refuses has not answered", async () => {
  const { accounts, settle, ecs } = accountsOf();
  ecs.weather = { mode: "access-denied", rate: 1 };
  const account = accounts.of(cluster);
  assertEquals((await settle(list(account))).status, "rejected");
  assertEquals(account.hasAnswered(), false);
});

Deno.test("an account is kept while a call of it waits for the budget", async () => {
  const { accounts, pass, settle } = accountsOf({ ceiling: 1e-6 });
  const account = accounts.of(unused(1));
  await settle(list(account));
  list(account);
  await pass(3 * idleTime);
  accounts.of(cluster);
  assertStrictEquals(accounts.of(unused(1)), account);
});

Deno.test("an account is kept while a task of it is watched, however seldom", async () => {
  const { accounts, pass } = accountsOf({ pollInterval: 10 * idleTime });
  const account = accounts.of(unused(1));
  const watch = account.watcher("web").watch("arn", { onObservation: () => {} });
  await pass(3 * idleTime);
  accounts.of(cluster);
  assertStrictEquals(accounts.of(unused(1)), account);
  watch.end();
  await pass(2 * idleTime);
  accounts.of(cluster);
  assert(accounts.of(unused(1)) !== account);
});

Deno.test("all accounts' watchers end with the driver", async () => {
  const { accounts, closed, pass, looks } = accountsOf();
  const arn = `arn:aws:ecs:us-east-1:123456789012:task/${cluster.name}/${"0".repeat(32)}`;
  for (const ref of [cluster, unused(1)]) {
    accounts.of(ref).watcher(cluster.name).watch(arn, { onObservation: () => {} });
  }
  await pass(30_000);
  const before = looks();
  assert(before > 10, `${before} looks`);
  closed.abort(new Error("the test ends"));
  await pass(60_000);
  assertEquals(looks(), before);
});
