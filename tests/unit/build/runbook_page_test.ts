import { assertEquals } from "@std/assert";
import { fenced, pages } from "../../harness/markdown.ts";
import { ownedTask, withStage } from "../../harness/tool.ts";
import { cluster } from "../../harness/with_simulator.ts";

const idEnd = "-0000-4f0e-8f3a-5f6f0a9c3d11";
const node = { ready: `5d1f2a90${idEnd}`, down: `c0ffee12${idEnd}`, foreign: `91e0aa37${idEnd}` };
const alloc = {
  wanted: `3f0c1d2e${idEnd}`,
  forgotten: `0b8d5d7e${idEnd}`,
  foreign: `77aa10be${idEnd}`,
};

/** A line without what differs from run to run: ids of ECS tasks, and ages. */
function lasting(line: string): string {
  return line.replace(/\b[0-9a-f]{32}\b/, "<id>").replace(/\b\d+s\b/, "<age>").trimEnd();
}

Deno.test("the tool prints what docs/runbook.md shows", async () => {
  const page = (await pages()).find(({ path }) => path === "docs/runbook.md");
  const shown = page === undefined ? [] : fenced(page, "text");
  await withStage(async (stage) => {
    const { nodes, allocations, address } = stage.nomad;
    nodes.set(node.ready, "ready").set(node.down, "down");
    allocations.set(alloc.wanted, {
      NodeID: node.ready,
      DesiredStatus: "run",
      ClientStatus: "running",
    });
    ownedTask(stage, alloc.wanted, node.ready);
    ownedTask(stage, alloc.forgotten, node.down);
    ownedTask(stage, alloc.foreign, node.foreign);
    const where = ["--cluster", cluster, "--region", "us-east-1", "--nomad-address", address];
    const printed: string[][] = [];
    for (const args of [["doctor"], ["tasks"], ["stop-orphans", "--yes"]]) {
      const { stdout } = await stage.tool([...args, ...where]);
      printed.push(stdout.split("\n").map(lasting));
    }
    assertEquals(shown.length, printed.length);
    const missing = shown.flatMap((block, at) =>
      block.trimEnd().split("\n").filter((line) => !printed[at]?.includes(lasting(line)))
    );
    assertEquals(missing, []);
  });
});
