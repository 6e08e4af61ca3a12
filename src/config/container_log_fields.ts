import { map, oneOf, optionalBlock } from "./schema.ts";
import { secretArns } from "./secret_fields.ts";

/*
 * Where a container's output goes.
 */

/** `log_configuration` of a container. */
export const logConfiguration = optionalBlock(
  "The log driver that takes the container's standard output and standard error. When not set, it is " +
    "`awslogs` with the plugin's `log_group`; without that, the container instance's Docker daemon " +
    "decides, and on Fargate the output is lost.",
  {
    log_driver: oneOf(
      'Log driver of the container. Fargate takes `"awslogs"`, `"splunk"` and `"awsfirelens"` only; ' +
        '`"awsfirelens"` needs a container with a `firelens_configuration` in the same definition.',
      ["awsfirelens", "awslogs", "fluentd", "gelf", "json-file", "journald", "splunk", "syslog"],
      { required: true },
    ),
    options: map(
      "Options of the log driver by name. `awslogs` needs `awslogs-group` and `awslogs-region`, and on " +
        "Fargate `awslogs-stream-prefix`. When not set, the driver gets no options.",
      { secret: true },
    ),
    secrets: secretArns(
      "Options of the log driver whose values ECS reads with the execution role, such as " +
        "`splunk-token`: by the option's name, the ARN of a Secrets Manager secret or of an SSM " +
        "parameter, or the parameter's name. When not set, there are none.",
    ),
  },
  {
    example: {
      log_driver: "awslogs",
      options: {
        "awslogs-group": "/ecs/web",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "web",
      },
    },
  },
);

/** `firelens_configuration` of a container. */
export const firelensConfiguration = optionalBlock(
  "Makes the container the log router of the task: containers with the log driver `awsfirelens` send " +
    "their output to it. One container of a definition may have it. When not set, the container is " +
    "no log router.",
  {
    type: oneOf("Program that the log router's image runs.", ["fluentd", "fluentbit"], {
      required: true,
    }),
    options: map(
      "Options of the log router by name: `enable-ecs-log-metadata`, `config-file-type` and " +
        "`config-file-value`. On Fargate `config-file-type` must be `file`. When not set, ECS " +
        "configures the router alone.",
      { secret: true },
    ),
  },
  { example: { type: "fluentbit", options: { "enable-ecs-log-metadata": "true" } } },
);
