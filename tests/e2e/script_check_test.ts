import { assert, assertEquals } from "@std/assert";
import { eventually } from "../../demo/lib/process.ts";
import { startConsul } from "./harness/consul.ts";
import { isOver, isRunning, nomadVersion, withSite } from "./harness/site.ts";

/**
 * Answers of the check's command in their order: the exit status that it reads from a file, and the
 * state that Nomad makes of it.
 */
const answers = [
  { exit: 0, status: "passing" },
  { exit: 2, status: "critical" },
  { exit: 0, status: "passing" },
  { exit: 1, status: "warning" },
  { exit: 0, status: "passing" },
];

Deno.test(`Nomad ${nomadVersion}: a script check in an ECS task turns healthy and unhealthy`, async (t) => {
  await using ends = new AsyncDisposableStack();
  // A simulated container's commands run on this machine, and see its files.
  const folder = await Deno.makeTempDir({ prefix: "nomad-ecs-check-" });
  ends.defer(() => Deno.remove(folder, { recursive: true }));
  const answer = (exit: number) => replaceFile(`${folder}/answer`, String(exit));
  const consul = startConsul();
  ends.defer(consul.close);
  await answer(0);

  await withSite({ consul: consul.address }, async (site) => {
    const { code, output } = await site.run("script_check", {
      ANSWER_FILE: `${folder}/answer`,
    });
    assertEquals(code, 0, output);
    await site.allocation("script-check", isRunning);

    for (const { exit, status } of answers) {
      await t.step(`Consul is told ${status} where the command exits with ${exit}`, async () => {
        await answer(exit);
        const output = `the answer is ${exit}\n`;
        await eventually(`the check is ${status}`, () => {
          const last = consul.reports("answer").at(-1);
          return last?.status === status && last.output === output ? true : undefined;
        });
      });
    }

    await t.step("Consul is told no state that the command did not give", () => {
      const states = consul.reports("answer").map(({ status }) => status);
      const first = states.indexOf("passing");
      assertEquals(states.slice(first), answers.map(({ status }) => status));
    });

    await t.step("Consul has the service at the address of the ECS task", async () => {
      const [task] = await site.live();
      const [found, ...others] = consul.services("script-check");
      assertEquals(
        `${found?.address}:${found?.port}`,
        `${task?.containers[0]?.networkInterfaces[0]?.privateIpv4Address}:8080`,
      );
      assertEquals([others.length, consul.checks("script-check")], [0, 1]);
    });

    await t.step("no session of ECS Exec outlives its check", async () => {
      // Between two checks there is none.
      await eventually("no session is open", async () => {
        const sessions = await site.ecs.sessions();
        return sessions.every(({ state }) => state === "terminated") ? true : undefined;
      }, { every: 50 });
      assert(await site.calls("ExecuteCommand") >= answers.length);
    });

    await t.step("nothing is left after the job was stopped", async () => {
      await site.server.cli("job", "stop", "-detach", "script-check");
      await site.allocation("script-check", isOver);
      await eventually("the service is gone", () => {
        const left = consul.services("script-check").length + consul.checks("script-check");
        return left === 0 ? true : undefined;
      });
      assertEquals(await site.live(), []);
      assertEquals(consul.unanswered(), []);
    });
  });
});

/** Gives a file its text in one step, so that no reader finds it empty. */
async function replaceFile(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, text);
  await Deno.rename(`${path}.new`, path);
}
