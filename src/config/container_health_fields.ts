import { blocks, bool, duration, list, oneOf, optionalBlock, string, whole } from "./schema.ts";

/*
 * When a container starts, counts as healthy and is restarted. Spans of time are written as Nomad's are,
 * and ECS takes whole seconds.
 */

/** `health_check` of a container. */
export const healthCheck = optionalBlock(
  "A command that ECS runs in the container to find out whether it is healthy. When not set, ECS " +
    "makes no check of its own, and the image's `HEALTHCHECK` is not used.",
  {
    command: list(
      'Command of the health check: `"CMD"` and then a program and its arguments, or `"CMD-SHELL"` and then ' +
        "one text for the container's shell. Exit code 0 means healthy.",
      {
        required: true,
        secret: true,
        check: (words) => words.length > 0 ? undefined : "have at least 1 entry",
      },
    ),
    interval: duration(
      "Time from one health check to the next. When not set, ECS waits 30 seconds.",
      {
        min: "5s",
        max: "300s",
      },
    ),
    timeout: duration(
      "Time after which a health check that has not ended counts as failed. When not set, ECS waits " +
        "5 seconds.",
      { min: "2s", max: "60s" },
    ),
    retries: whole(
      "Number of health checks in a row that must fail until the container counts as unhealthy. When not " +
        "set, it is 3.",
      { min: 1, max: 10 },
    ),
    start_period: duration(
      "Time after the container's start in which failed health checks do not count. One that succeeds " +
        "ends it. When not set, every health check counts.",
      { max: "300s" },
    ),
  },
  { example: { command: ["CMD-SHELL", "curl -f http://localhost:8080/ || exit 1"], retries: 5 } },
);

/** The most `depends_on` and `volumes_from` blocks of a container: one for each of the nine others. */
export const otherContainers = 9;

/** `depends_on` of a container. */
export const dependsOn = blocks(
  "A container of the same definition that has to reach a state before this one starts. When there " +
    "is no such block, the container starts with the task.",
  {
    container_name: string("Name of the container that this one waits for.", {
      required: true,
      secret: false,
    }),
    condition: oneOf(
      'State that the other container must reach before this one starts: `"START"`, it has started; ' +
        '`"COMPLETE"`, it has ended; `"SUCCESS"`, it has ended with exit code 0; `"HEALTHY"`, its ' +
        'health check has succeeded. `"COMPLETE"` and `"SUCCESS"` need `essential = false` there.',
      ["START", "COMPLETE", "SUCCESS", "HEALTHY"],
      { required: true },
    ),
  },
  {
    max: otherContainers,
    example: { container_name: "database", condition: "HEALTHY" },
  },
);

/** `restart_policy` of a container. */
export const restartPolicy = optionalBlock(
  "How ECS restarts the container within its task when it ends. When not set, ECS does not restart " +
    "it; an essential container then ends the task.",
  {
    enabled: bool("Whether ECS restarts the container when it ends.", { default: true }),
    ignored_exit_codes: list(
      "Exit codes after which ECS does not restart the container, as texts. When not set, it restarts " +
        "after every exit code.",
      {
        secret: false,
        // ContainerRestartPolicy: "a maximum of 50 container exit codes".
        max: 50,
        entry: (code) =>
          /^[0-9]{1,3}$/.test(code) ? undefined : `be an exit code such as "0" or "143"`,
      },
    ),
    restart_attempt_period: duration(
      "Time that the container must have run to be restarted. One that ends earlier is not " +
        "restarted. When not set, it is 5 minutes.",
      { min: "60s", max: "1800s" },
    ),
  },
  { example: { enabled: true, ignored_exit_codes: ["0"] } },
);
