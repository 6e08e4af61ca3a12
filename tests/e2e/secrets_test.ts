import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createCanary } from "../fuzz/canary.ts";
import { freePort } from "../../demo/lib/free_port.ts";
import { eventually } from "../../demo/lib/process.ts";
import {
  eventsOf,
  isOver,
  isRunning,
  nomadVersion,
  seedDriverConfig,
  type Site,
  withSite,
} from "./harness/site.ts";

const canary = createCanary();

/** The job, with secrets and values at every place of a jobspec that takes one. */
function job(name: string, image: string): string {
  const at = (place: string) => JSON.stringify(canary.at(place));
  return `
job "${name}" {
  datacenters = ["dc1"]
  meta {
    SECRET = ${at("meta")}
  }
  group "main" {
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }
    task "main" {
      driver       = "ecs"
      kill_timeout = "30s"
      env {
        FROM_ENV = ${at("env")}
      }
      config {
        task {
          launch_type            = "FARGATE"
          enable_execute_command = true
          definition {
            family        = "${name}"
            cpu           = 256
            memory        = 512
            task_role_arn = "arn:aws:iam::123456789012:role/exec"
            container {
              name    = "main"
              image   = "${image}"
              command = ["sh", "-c", "echo ${canary.at("printed")}; while :; do sleep 0.2; done"]
              environment = {
                FROM_DEFINITION = ${at("definition")}
              }
            }
          }
          network_configuration {
            aws_vpc_configuration {
              subnets = ["subnet-010b03f1a021887ff"]
            }
          }
        }
      }
    }
  }
}
`;
}

/** Registers a job, and waits for its allocation. */
async function run(site: Site, name: string, image: string, wanted: typeof isRunning) {
  const { code, output } = await site.register(job(name, image));
  assertEquals(code, 0, output);
  return await site.allocation(name, wanted);
}

Deno.test(`Nomad ${nomadVersion}: no secret and no value of an environment is logged or told`, async (t) => {
  const env = {
    // The simulator checks signatures, so the secret key has to be its own.
    AWS_SESSION_TOKEN: canary.at("session"),
    NOMAD_TOKEN: canary.at("nomad"),
    UNRELATED: canary.at("agent"),
  };
  const port = freePort();
  const driverConfig = { ...seedDriverConfig, telemetry: { prometheus_port: port } };
  await withSite({ env, driverConfig }, async (site) => {
    const told: string[] = [];
    const { ID } = await run(site, "whole", "busybox", isRunning);

    await t.step("the values reach the ECS task", async () => {
      const text = JSON.stringify(await site.live());
      assert(text.includes(canary.at("env")), "or the rest of this test shows nothing");
    });

    await t.step("commands, signals, a restart of the agent and a stop", async () => {
      // Nomad itself logs the words of a command, so the secret is in what it prints.
      const command = ["sh", "-c", "echo $FROM_ENV"];
      const { output } = await site.server.cli(
        ...["alloc", "exec", "-t=false", ID, ...command],
      );
      assertStringIncludes(output, canary.at("env"));
      await site.server.cli("alloc", "signal", "-s", "SIGUSR1", ID);
      await site.agent.stop("SIGINT");
      await site.agent.start();
      await eventually(
        "the plugin looks after the task again",
        async () => (await site.agent.node()).Drivers["ecs"]?.Healthy ? true : undefined,
      );
      await site.server.cli("job", "stop", "-detach", "whole");
      told.push(JSON.stringify(eventsOf(await site.allocation("whole", isOver))));
    });

    await t.step("a start that fails", async () => {
      const allocation = await run(site, "broken", "example/does-not-exist:1", isOver);
      const events = JSON.stringify(eventsOf(allocation));
      assertStringIncludes(events, "CannotPullContainerError");
      told.push(events);
    });

    await t.step("nothing of it is in logs, events, attributes and metrics", async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      assertStringIncludes(
        metrics,
        'nomad_driver_ecs_task_start_duration_seconds_count{result="failed"}',
      );
      told.push(metrics);
      const { Attributes, Drivers } = await site.agent.node();
      told.push(JSON.stringify([Attributes, Drivers]));
      const log = await site.agent.log();
      assert(log.includes("ecs"), "the plugin has logged");
      for (const text of [...told, log, await site.server.log()]) {
        assertEquals(canary.seenIn(text), []);
      }
    });
  });
});
