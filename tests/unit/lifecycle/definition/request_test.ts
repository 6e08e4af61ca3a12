import { assertEquals } from "@std/assert";
import { inputOfBlock } from "../../../../src/lifecycle/definition/request.ts";
import type { Json } from "../../../harness/definitions.ts";
import { configOf } from "../../../harness/world.ts";

/** The request of a task whose block has these members. */
function request(definition: Json, task: Json = {}) {
  const config = configOf({
    task_definition: null,
    definition: { family: "web", container: [{ name: "app", image: "idle" }], ...definition },
    ...task,
  });
  if (config.definition === undefined) throw new Error("the configuration has no definition");
  return inputOfBlock(config.definition, config);
}
const container = (container: Json) =>
  request({ container: [{ name: "app", image: "idle", ...container }] }).containerDefinitions?.[0];
const app = { name: "app", image: "idle", essential: true };
const onEc2 = { launch_type: "EC2", network_configuration: null };

Deno.test("what a block leaves out follows from where the task runs", () => {
  assertEquals(request({}), {
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    containerDefinitions: [app],
  });
  assertEquals(request({}, onEc2), { family: "web", containerDefinitions: [app] });
  const vpc = { aws_vpc_configuration: { subnets: ["subnet-1"] } };
  assertEquals(request({}, { launch_type: "EC2", network_configuration: vpc }), {
    family: "web",
    networkMode: "awsvpc",
    containerDefinitions: [app],
  });
});

Deno.test("what a block says is left as it is", () => {
  const said = { network_mode: "host", requires_compatibilities: ["EC2"], cpu: 256, memory: 512 };
  assertEquals(request(said, onEc2), {
    family: "web",
    cpu: "256",
    memory: "512",
    networkMode: "host",
    requiresCompatibilities: ["EC2"],
    containerDefinitions: [app],
  });
});

Deno.test("maps become AWS's lists of pairs, and spans of time whole seconds", () => {
  assertEquals(
    container({
      environment: { A: "1", B: "" },
      secrets: { TOKEN: "arn:aws:ssm:eu-west-1:123456789012:parameter/t" },
      extra_hosts: { db: "10.0.0.1" },
      system_controls: { "net.core.somaxconn": "1024" },
      docker_labels: { some_label: "x" },
      health_check: { command: ["CMD", "true"], interval: "10s", start_period: "1500ms" },
      stop_timeout: "1m",
      restart_policy: { ignored_exit_codes: ["0", "3"], restart_attempt_period: "2m" },
    }),
    {
      ...app,
      environment: [{ name: "A", value: "1" }, { name: "B", value: "" }],
      secrets: [{ name: "TOKEN", valueFrom: "arn:aws:ssm:eu-west-1:123456789012:parameter/t" }],
      extraHosts: [{ hostname: "db", ipAddress: "10.0.0.1" }],
      systemControls: [{ namespace: "net.core.somaxconn", value: "1024" }],
      dockerLabels: { some_label: "x" },
      healthCheck: { command: ["CMD", "true"], interval: 10, startPeriod: 2 },
      stopTimeout: 60,
      restartPolicy: { enabled: true, ignoredExitCodes: [0, 3], restartAttemptPeriod: 120 },
    },
  );
});

Deno.test("names inside of maps are the user's, and are not written in AWS's way", () => {
  assertEquals(
    container({
      log_configuration: { log_driver: "awslogs", options: { max_buffer_size: "1m" } },
      firelens_configuration: { type: "fluentbit", options: { enable_ecs: "true" } },
    }),
    {
      ...app,
      logConfiguration: { logDriver: "awslogs", options: { max_buffer_size: "1m" } },
      firelensConfiguration: { type: "fluentbit", options: { enable_ecs: "true" } },
    },
  );
  const proxy = { container_name: "app", properties: { ProxyIngressPort: "15000" } };
  const { proxyConfiguration, tags } = request({
    proxy_configuration: proxy,
    tags: { cost_center: "1" },
  });
  assertEquals(proxyConfiguration, {
    containerName: "app",
    properties: [{ name: "ProxyIngressPort", value: "15000" }],
  });
  assertEquals(tags, [{ key: "cost_center", value: "1" }]);
});

Deno.test("an empty folder of the host is a choice, and empty lists are none", () => {
  const { volumes } = request({
    volume: [
      { name: "tmp", host: {} },
      { name: "data", docker_volume_configuration: { scope: "task", driver_opts: {}, labels: {} } },
    ],
  });
  assertEquals(volumes, [
    { name: "tmp", host: {} },
    { name: "data", dockerVolumeConfiguration: { scope: "task" } },
  ]);
  assertEquals(container({ port_mapping: [], linux_parameters: { device: [] } }), {
    ...app,
    linuxParameters: {},
  });
});
