import { assertEquals } from "@std/assert";
import { containerRefusal } from "../../harness/config.ts";

const refused: Record<string, [container: Record<string, unknown>, text: string]> = {
  "a check without a command": [
    { health_check: { command: [] } },
    "health_check.command must have at least 1 entry; got a list of 0 entries",
  ],
  "checks more often than ECS makes them": [
    { health_check: { command: ["CMD", "true"], interval: "1s" } },
    'health_check.interval must be a duration from "5s" to "300s", such as "30s", "5m" or "1h30m"; ' +
    'got "1s"',
  ],
  "a state that no container reaches": [
    { depends_on: [{ container_name: "db", condition: "STARTED" }] },
    'depends_on[0].condition must be "START", "COMPLETE", "SUCCESS" or "HEALTHY"; got "STARTED"',
  ],
  "more dependencies than there may be other containers": [
    { depends_on: Array(5_000).fill({ container_name: "db", condition: "START" }) },
    "it must be at most 65536 bytes as JSON for AWS; got more",
  ],
  "ten dependencies": [
    { depends_on: Array(10).fill({ container_name: "db", condition: "START" }) },
    "depends_on must stand at most 9 times; got 10",
  ],
  "an exit code that is none": [
    { restart_policy: { ignored_exit_codes: ["0", "-1"] } },
    'restart_policy.ignored_exit_codes[1] must be an exit code such as "0" or "143"; got "-1"',
  ],
  "more exit codes than ECS takes": [
    { restart_policy: { ignored_exit_codes: Array(51).fill("1") } },
    "restart_policy.ignored_exit_codes must have at most 50 entries; got 51",
  ],
};
for (const [name, [container, text]] of Object.entries(refused)) {
  Deno.test(`a container's health, order and restarts are checked: ${name}`, () => {
    assertEquals(containerRefusal(container).replace("config.task.definition ", "it "), text);
  });
}

Deno.test("a health check's command without CMD is left to ECS, which takes it", () => {
  assertEquals(containerRefusal({ health_check: { command: ["/healthcheck"] } }), "");
});
