import { assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../../src/clock.ts";
import { leftTags } from "../../../src/lifecycle/ownership/tags.ts";
import { over, ownedTask, running, type Stage, withStage } from "../../harness/tool.ts";
import { cluster, control } from "../../harness/with_simulator.ts";

const args = ["stop-orphans", "--cluster", cluster, "--region", "us-east-1"];

/** Two tasks that nobody needs, one that Nomad wants, and one of another Nomad, by name. */
function people(stage: Stage): Map<string, string> {
  const { nodes, allocations } = stage.nomad;
  nodes.set("node-a", "ready").set("node-gone", "down");
  allocations.set("wanted", running).set("over", over);
  return new Map([
    ["wanted", ownedTask(stage, "wanted", "node-a").arn],
    ["over", ownedTask(stage, "over", "node-a").arn],
    ["forgotten", ownedTask(stage, "forgotten", "node-gone").arn],
    ["another Nomad's", ownedTask(stage, "foreign", "node-of-another").arn],
  ]);
}

/** The names of those that ECS was asked to stop. */
function stopped({ ecs }: Stage, people: ReadonlyMap<string, string>): string[] {
  return [...people].filter(([, arn]) => ecs.simulator.model.tasks.get(arn)?.desired === "STOPPED")
    .map(([name]) => name);
}

Deno.test("without --yes orphans are listed, and ECS is asked for nothing", async () => {
  await withStage(async (stage) => {
    const all = people(stage);
    const { code, stdout } = await stage.tool([...args, "--nomad-address", stage.nomad.address]);
    assertEquals([code, stopped(stage, all)], [0, []]);
    assertStringIncludes(stdout, "Nothing was stopped. --yes stops these.");
    assertStringIncludes(stdout, "1 task is left alone");
    for (const name of ["over", "forgotten"]) {
      assertStringIncludes(stdout, all.get(name)?.split("/").at(-1) ?? "");
    }
    assertEquals(stdout.includes(all.get("wanted")?.split("/").at(-1) ?? ""), false);
  });
});

Deno.test("--yes stops those that Nomad proves to be orphans, and no other", async () => {
  await withStage(async (stage) => {
    const all = people(stage);
    const ran = await stage.tool([
      ...args,
      "--nomad-address",
      stage.nomad.address,
      "--yes",
      "--json",
    ]);
    assertEquals([ran.code, stopped(stage, all)], [0, ["over", "forgotten"]]);
    const { orphans, unknown } = JSON.parse(ran.stdout);
    assertEquals(unknown, 1);
    assertEquals(orphans.map(({ outcome }: { outcome: string }) => outcome), ["asked", "asked"]);
    const task = stage.ecs.simulator.model.tasks.get(all.get("over") ?? "");
    assertStringIncludes(task?.stoppedReason ?? "", "Nomad: its allocation is over");
  });
});

Deno.test("the built file stops orphans among 3,000 tasks", async () => {
  await withStage(async (stage) => {
    const { nodes, allocations } = stage.nomad;
    nodes.set("node-a", "ready");
    const wanted = new Set<string>();
    for (let at = 0; at < 3_000; at++) {
      const isOver = at % 300 === 0;
      allocations.set(`alloc-${at}`, isOver ? over : running);
      const { arn } = ownedTask(stage, `alloc-${at}`, "node-a");
      if (isOver) wanted.add(arn);
    }
    const ran = await stage.executable([...args, "--yes"], { NOMAD_ADDR: stage.nomad.address });
    assertEquals([ran.code, ran.stderr], [0, ""]);
    const gone = [...stage.ecs.simulator.model.tasks.values()]
      .filter(({ desired }) => desired === "STOPPED").map(({ arn }) => arn);
    assertEquals(new Set(gone), wanted);
  });
});

Deno.test("a task that Nomad wants again by the time of its stop is left alone", async () => {
  await withStage(async (stage) => {
    const all = people(stage);
    let asked = 0;
    stage.nomad.answer = ({ url }) => {
      if (url.includes("/v1/allocation/over")) asked += 1;
      if (asked > 1) stage.nomad.allocations.set("over", running);
      return undefined;
    };
    const ran = await stage.tool([...args, "--nomad-address", stage.nomad.address, "--yes"]);
    assertEquals([ran.code, stopped(stage, all)], [0, ["forgotten"]]);
    assertStringIncludes(ran.stdout, "not asked: Nomad wants its allocation to run");
  });
});

Deno.test("a clock that is wrong by years stops no task that waits for its successor", async () => {
  await withStage(async (stage) => {
    const { nodes, allocations } = stage.nomad;
    nodes.set("node-gone", "down");
    allocations.set("old", { ...over, NodeID: "node-gone" });
    allocations.set("new", { ...running, ClientStatus: "pending" });
    const left = leftTags({ allocId: "new", until: Date.now() + 600_000 });
    const all = new Map([["left", ownedTask(stage, "old", "node-gone", left).arn]]);
    const years = 10 * 365 * 86_400_000;
    const ran = await stage.tool([...args, "--nomad-address", stage.nomad.address, "--yes"], {
      clock: { ...systemClock, now: () => Date.now() + years },
    });
    assertEquals([ran.code, ran.stderr, stopped(stage, all)], [0, "", []]);
  });
});

Deno.test("a stop that ECS refuses is told, and ends with status 1", async () => {
  await withStage(async (stage) => {
    const all = people(stage);
    await control(stage.ecs, "faults", {
      faults: [{ operations: ["StopTask"], mode: "access-denied" }],
    });
    const ran = await stage.tool([...args, "--nomad-address", stage.nomad.address, "--yes"]);
    assertEquals([ran.code, stopped(stage, all)], [1, []]);
    assertStringIncludes(ran.stdout, "failed: ECS StopTask");
  });
});

Deno.test("without Nomad, or without its answer, nothing is stopped", async () => {
  await withStage(async (stage) => {
    const all = people(stage);
    const without = await stage.tool([...args, "--yes"]);
    assertEquals(without.code, 2);
    assertStringIncludes(without.stderr, "only Nomad can prove an orphan");
    stage.nomad.answer = () => new Response("no leader", { status: 500 });
    const silent = await stage.tool([...args, "--nomad-address", stage.nomad.address, "--yes"]);
    assertEquals([silent.code, stopped(stage, all)], [3, []]);
  });
});
