import { eventually, startLogged } from "./process.ts";
import { fileURLToPath } from "node:url";

/** A task as the simulator's control request lists it. */
export type SimulatedTask = {
  taskArn: string;
  lastStatus: string;
  desiredStatus: string;
  healthStatus?: string;
  stopCode?: string;
  stoppedReason?: string;
  /** Seconds since the Unix epoch. */
  stoppingAt?: number;
  startedBy?: string;
  taskDefinitionArn: string;
  tags: { key: string; value: string }[];
  containers: {
    name: string;
    exitCode?: number;
    networkInterfaces: { privateIpv4Address: string }[];
  }[];
  output: Record<string, { stdout: string; stderr: string }>;
};

/** A simulated ECS in a process of its own. */
export type SimulatorProcess = {
  readonly endpoint: string;
  /** Environment by which the AWS SDK finds the simulator. */
  readonly env: Record<string, string>;
  tasks(): Promise<SimulatedTask[]>;
  calls(): Promise<
    {
      byOperation: Record<string, number>;
      peakPerSecond: number;
      byIdentity: Record<string, Record<string, number>>;
      /** Calls that AWS's quotas let through and refused, by category. */
      byCategory: Record<string, { admitted: number; refused: number }>;
    }
  >;
  /** The sessions that Session Manager has had. */
  sessions(): Promise<{ state: string }[]>;
  /** Sends a control request: `/_sim/<path>`. */
  control(path: string, body: unknown): Promise<void>;
  end(): Promise<void>;
};

/** Starts the simulator. `folder` takes its log; `images` is a folder of images' programs. */
export async function startSimulatorProcess(
  { folder, speed, images }: { folder: string; speed: number; images?: string },
): Promise<SimulatorProcess> {
  const logFile = `${folder}/ecs.log`;
  const script = fileURLToPath(new URL("../simulator/main.ts", import.meta.url));
  const process = startLogged(Deno.execPath(), {
    args: [
      ...["run", "--frozen", "-A", script, "--speed", String(speed)],
      ...(images === undefined ? [] : ["--images", images]),
    ],
    env: {},
    logFile,
  });
  const endpoint = await eventually("the simulated ECS listens", async () => {
    const line = (await Deno.readTextFile(logFile)).split("\n").find((text) =>
      text.startsWith("{")
    );
    return line === undefined ? undefined : (JSON.parse(line) as { endpoint: string }).endpoint;
  }, { seconds: 60 }).catch(async (error) => {
    await process.end();
    throw error;
  });
  const get = async (path: string) => {
    const response = await fetch(`${endpoint}/_sim/${path}`);
    return await response.json();
  };
  return {
    endpoint,
    env: {
      // For every service that has no variable of its own: none may be asked at AWS itself.
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_ECS: endpoint,
      AWS_ENDPOINT_URL_STS: endpoint,
      AWS_ENDPOINT_URL_EC2: endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH: endpoint,
      AWS_ENDPOINT_URL_SSM: endpoint,
      AWS_ENDPOINT_URL_KMS: endpoint,
      AWS_ENDPOINT_URL_SSMMESSAGES: endpoint,
      AWS_ACCESS_KEY_ID: "simulated",
      AWS_SECRET_ACCESS_KEY: "simulated",
    },
    tasks: () => get("tasks"),
    calls: () => get("calls"),
    sessions: () => get("sessions"),
    control: async (path, body) => {
      const response = await fetch(`${endpoint}/_sim/${path}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`/_sim/${path}: ${text}`);
    },
    end: () => process.end(),
  };
}
