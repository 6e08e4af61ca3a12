import { encode } from "@msgpack/msgpack";
import type { ServiceError } from "@grpc/grpc-js";
import {
  type ExitResult,
  type StartTaskResponse,
  TaskConfig,
  type WaitTaskResponse,
} from "../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { call, type PluginConnection } from "./plugin.ts";

/** A driver configuration as Nomad sends it, for a task on the demo's network. */
export function driverConfig(task: Record<string, unknown>): Uint8Array {
  return encode({
    task: {
      launch_type: "FARGATE",
      network_configuration: {
        aws_vpc_configuration: {
          assign_public_ip: "ENABLED",
          security_groups: ["sg-0d647d4c7ce15034f"],
          subnets: ["subnet-010b03f1a021887ff"],
        },
      },
      ...task,
    },
  });
}

/** A task as Nomad sends it, of its own allocation. */
export function taskOf(
  config: Uint8Array,
  { alloc = crypto.randomUUID(), run = "00000001", name = "web", env = {}, ports = [] }: {
    alloc?: string;
    run?: string;
    name?: string;
    env?: Record<string, string>;
    ports?: { label: string; value: number; to: number }[];
  } = {},
): TaskConfig {
  return {
    ...TaskConfig.decode(new Uint8Array()),
    id: `${alloc}/${name}/${run}`,
    name,
    allocId: alloc,
    jobId: "job",
    jobName: "job",
    namespace: "default",
    taskGroupName: "group",
    nodeId: "6f9f4a3e-0000-4000-8000-000000000001",
    nodeName: "client-1",
    env,
    resources: {
      allocatedResources: undefined,
      linuxResources: undefined,
      ports: ports.map((port) => ({ ...port, hostIp: "10.9.8.7" })),
    },
    msgpackDriverConfig: config,
  };
}

/** Configures the driver for the demo's cluster. */
export async function configure(
  { base }: PluginConnection,
  config: Record<string, unknown> = {},
): Promise<void> {
  const msgpackConfig = encode({
    enabled: true,
    cluster: "nomad-remote-driver-demo",
    region: "us-east-1",
    ...config,
  });
  await call(base, base.setConfig, {
    msgpackConfig,
    nomadConfig: undefined,
    pluginApiVersion: "v0.1.0",
  });
}

/** StartTask. */
export function start({ driver }: PluginConnection, task: TaskConfig): Promise<StartTaskResponse> {
  return call(driver, driver.startTask, { task });
}

/** WaitTask. */
export function wait({ driver }: PluginConnection, taskId: string): Promise<WaitTaskResponse> {
  return call(driver, driver.waitTask, { taskId });
}

/** StopTask. */
export async function stop(
  { driver }: PluginConnection,
  taskId: string,
  { seconds = 10, signal = "SIGTERM" }: { seconds?: number | bigint; signal?: string } = {},
): Promise<void> {
  await call(driver, driver.stopTask, {
    taskId,
    timeout: { seconds: BigInt(seconds), nanos: 0 },
    signal,
  });
}

/** The exit result of a task that must end. */
export async function exitOf(connection: PluginConnection, taskId: string): Promise<ExitResult> {
  const { result } = await wait(connection, taskId);
  if (result === undefined) throw new Error("WaitTask answered without a result");
  return result;
}

/** What a call fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<ServiceError> {
  try {
    await promise;
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error("the call was expected to fail");
}
