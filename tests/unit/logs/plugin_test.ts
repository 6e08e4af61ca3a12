import { assertEquals } from "@std/assert";
import { eventually } from "../../../demo/lib/process.ts";
import { readRules } from "../../../demo/simulator/state/faults.ts";
import { addGroup } from "../../../demo/simulator/logs/store.ts";
import { call } from "../../harness/plugin.ts";
import { driverConfig, start, taskOf, wait } from "../../harness/driver_calls.ts";
import { type Logmon, startLogmon } from "../../harness/logmon.ts";
import { type Bench, withPlugin } from "../../harness/with_plugin.ts";

/** A container that prints `lines` numbered lines, a hundred of them at one time. */
function printer(name: string, lines: number, pause: number) {
  const script = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "$i of ${name}"; ` +
    `[ $((i % 100)) -eq 0 ] && sleep ${pause}; done; sleep ${name === "app" ? 3 : 0}`;
  return {
    name,
    // The task ends with the other one, which waits for this one's last line.
    essential: name === "app",
    image: "busybox",
    command: ["sh", "-c", script],
    log_configuration: {
      log_driver: "awslogs",
      options: {
        "awslogs-group": "/ecs/test",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "test",
        "mode": "blocking",
      },
    },
  };
}

async function withLogs(
  use: (bench: Bench, logmon: Logmon, allocDir: string) => Promise<void>,
): Promise<void> {
  const allocDir = await Deno.makeTempDir();
  const logmon = await startLogmon(`${allocDir}/alloc/logs`, "web");
  try {
    await withPlugin({ speed: 20 }, async (bench) => {
      addGroup(bench.ecs.simulator.model.logs, "us-east-1", "/ecs/test", Date.now());
      await use(bench, logmon, allocDir);
    });
  } finally {
    await logmon.close();
    await Deno.remove(allocDir, { recursive: true });
  }
}

/** A task of two containers, of which each prints `lines` lines. */
function twoPrinters(logmon: Logmon, allocDir: string, lines: number, pause: number) {
  const config = driverConfig({
    definition: {
      family: "printers",
      execution_role_arn: "arn:aws:iam::123456789012:role/execution",
      container: [printer("app", lines, pause), printer("side", lines, pause)],
    },
  });
  const task = taskOf(config);
  return { ...task, allocDir, stdoutPath: logmon.stdout, stderrPath: logmon.stderr };
}

/** What is wrong with numbered lines of which all are to be there once, in their order. */
function faultsIn(text: string, lines: number, name: string, label = ""): string[] {
  const faults: string[] = [];
  let next = 1;
  for (const line of text.split("\n").slice(0, -1)) {
    const number = Number(line.slice(label.length).split(" ")[0]);
    if (line !== `${label}${next} of ${name}`) faults.push(`${next} expected; got ${line}`);
    next = number + 1;
  }
  if (next !== lines + 1) faults.push(`it ends before ${next}`);
  return faults.slice(0, 10);
}

Deno.test("10,000 lines of two containers arrive once and in order, while every fifth call fails", async () => {
  await withLogs(async ({ connection, ecs }, logmon, allocDir) => {
    const lines = 5_000;
    const task = twoPrinters(logmon, allocDir, lines, 0.02);
    ecs.simulator.faults = readRules(
      [{ operations: ["FilterLogEvents"], mode: "error500", rate: 0.2 }],
      Date.now(),
    );
    await start(connection, task);
    await wait(connection, task.id);
    assertEquals(faultsIn(await logmon.text("stdout"), lines, "app"), []);
    assertEquals(faultsIn(await logmon.text("stderr"), lines, "side", "side: "), []);
  });
});

Deno.test("a plugin that is killed twice loses, doubles and reorders no line", async () => {
  await withLogs(async (bench, logmon, allocDir) => {
    const lines = 5_000;
    const task = twoPrinters(logmon, allocDir, lines, 0.25);
    const { handle } = await start(bench.connection, task);
    for (const least of [600, 2_000]) {
      await eventually(`${least} lines`, async () => {
        const text = await logmon.text("stdout");
        return text.split("\n").length > least ? true : undefined;
      }, { seconds: 60 });
      const connection = await bench.relaunch();
      await call(connection.driver, connection.driver.recoverTask, { handle, taskId: task.id });
    }
    await wait(bench.connection, task.id);
    assertEquals(faultsIn(await logmon.text("stdout"), lines, "app"), []);
    assertEquals(faultsIn(await logmon.text("stderr"), lines, "side", "side: "), []);
  });
});
