/** Tasks that print numbered lines, before a plugin process with a simulated CloudWatch Logs. */
import { addGroup } from "../../demo/simulator/logs/store.ts";
import { driverConfig, taskOf } from "./driver_calls.ts";
import { type Logmon, startLogmon } from "./logmon.ts";
import { type Bench, withPlugin } from "./with_plugin.ts";

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

/** Runs `use` with a plugin, and with a reader of a task's output that works as Nomad's `logmon`. */
export async function withLogs(
  use: (bench: Bench, logmon: Logmon, allocDir: string) => Promise<void>,
): Promise<void> {
  await withPlugin({ speed: 20 }, async (bench) => {
    addGroup(bench.ecs.simulator.model.logs, "us-east-1", "/ecs/test", Date.now());
    // The plugin is older than the directory: an earlier one cannot have started the task.
    const allocDir = await Deno.makeTempDir();
    const logmon = await startLogmon(`${allocDir}/alloc/logs`, "web");
    try {
      await use(bench, logmon, allocDir);
    } finally {
      await logmon.close();
      await Deno.remove(allocDir, { recursive: true });
    }
  });
}

/** A task of two containers, of which each prints `lines` lines. */
export function twoPrinters(logmon: Logmon, allocDir: string, lines: number, pause: number) {
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

/** The first ten faults of numbered lines: each is to be there once, in order. */
export function faultsIn(text: string, lines: number, name: string, label = ""): string[] {
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
