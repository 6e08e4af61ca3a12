import { assertEquals } from "@std/assert";
import {
  isOver,
  isRunning,
  nomadVersion,
  tellsNode,
  untilTaggedFor,
  withSite,
} from "./harness/site.ts";

Deno.test({
  name: `Nomad ${nomadVersion}: a drain hands the ECS task to another client`,
  // Nomad hands remote tasks over up to 1.9; from 1.10 on a drain stops them and starts others.
  ignore: !/^1\.[1-9]\./.test(nomadVersion),
  fn: async () => {
    await withSite({}, async (site) => {
      await site.run("sleep");
      const first = await site.allocation("sleep", isRunning);
      const [task] = await site.live();
      const second = await site.addClient("second");
      const other = await second.node();

      await site.agent.cli("node", "drain", "-enable", "-yes", "-detach", first.NodeID);
      const moved = await site.allocation(
        "sleep",
        (allocation) => allocation.NodeID === other.ID && isRunning(allocation),
      );
      await site.allocation(
        "sleep",
        (allocation) => allocation.ID === first.ID && isOver(allocation),
      );
      const live = await site.live();
      assertEquals(live.map(({ taskArn }) => taskArn), [task?.taskArn]);
      assertEquals(await site.calls("RunTask"), 1);
      await untilTaggedFor(site, { ID: moved.ID, NodeID: tellsNode ? other.ID : "" });

      await site.agent.cli("job", "stop", "-detach", "sleep");
      await site.allocation(
        "sleep",
        (allocation) => allocation.ID === moved.ID && isOver(allocation),
      );
      assertEquals(await site.live(), []);
    });
  },
});
