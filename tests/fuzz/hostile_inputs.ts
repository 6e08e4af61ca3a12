import { encode } from "@msgpack/msgpack";
import { driverConfig, taskOf } from "../harness/driver_calls.ts";
import type { TaskConfig } from "../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";

/** A job of one author that must not be felt by the tasks of others. */
export type HostileInput = {
  readonly name: string;
  /** The task of which StartTask is asked, made only when its turn has come. */
  readonly task: () => TaskConfig;
};

/** Jobs that took long, took much, or cut the connection, and what else is like them. */
export const hostileInputs: readonly HostileInput[] = [
  ...[1_000, 48_000].map((count) =>
    json(`${count} members that AWS does not know`, () => ({
      family: "f",
      containerDefinitions: [container(0)],
      ...Object.fromEntries(range(count).map((at) => [`member${at}`, at])),
    }))
  ),
  ...[16_000, 32_000].map((count) =>
    json(`${count} containers`, () => ({
      family: "f",
      containerDefinitions: range(count).map(container),
    }))
  ),
  json("16,000 containers of one name", () => ({
    family: "f",
    containerDefinitions: range(16_000).map(() => container(0)),
  })),
  json("20,000 mount points of 20,000 volumes", () => ({
    family: "f",
    volumes: range(20_000).map((at) => ({ name: `v${at}` })),
    containerDefinitions: [{
      ...container(0),
      mountPoints: range(20_000).map((at) => ({ sourceVolume: `w${at}`, containerPath: "/d" })),
    }],
  })),
  json("10 containers with 5,000 mount points each of 5,000 volumes", () => ({
    family: "f",
    volumes: range(5_000).map((at) => ({ name: `v${at}` })),
    containerDefinitions: range(10).map((at) => ({
      ...container(at),
      mountPoints: range(5_000).map((to) => ({ sourceVolume: `v${to}`, containerPath: `/${to}` })),
    })),
  })),
  json("dependencies on 16,000 containers that there are not", () => ({
    family: "f",
    containerDefinitions: range(16_000).map((at) => ({
      ...container(at),
      dependsOn: [{ containerName: `none${at}`, condition: "START" }],
    })),
  })),
  json("30,000 dependencies of one container", () => ({
    family: "f",
    containerDefinitions: [{
      ...container(0),
      dependsOn: range(30_000).map((at) => ({ containerName: `none${at}`, condition: "START" })),
    }],
  })),
  json("a chain of 15,000 dependencies", () => ({
    family: "f",
    containerDefinitions: range(15_000).map((at) => ({
      ...container(at),
      dependsOn: [{ containerName: `c${at + 1}`, condition: "START" }],
    })),
  })),
  json("40,000 environment variables of one name", () => ({
    family: "f",
    containerDefinitions: [{
      ...container(0),
      environment: range(40_000).map(() => ({ name: "A", value: "b" })),
      secrets: range(10_000).map((at) => ({ name: `A${at}`, valueFrom: "arn:aws:ssm:x" })),
    }],
  })),
  json("50,000 port mappings", () => ({
    family: "f",
    networkMode: "awsvpc",
    containerDefinitions: [{
      ...container(0),
      portMappings: range(50_000).map((at) => ({ containerPort: at, name: "p" })),
    }],
  })),
  json("60,000 tags", () => ({
    family: "f",
    containerDefinitions: [container(0)],
    tags: range(60_000).map((at) => ({ key: `k${at}`, value: "v" })),
  })),
  json("values of a wrong type by the thousand", () => ({
    family: 1,
    containerDefinitions: range(20_000).map((at) => ({ name: at, image: [], cpu: "x" })),
  })),
  ...sized("members that AWS does not know", (count) => ({
    family: "f",
    containerDefinitions: [container(0)],
    ...Object.fromEntries(range(count).map((at) => [`m${at}`, 0])),
  })),
  ...sized("mount points of volumes", (count) => ({
    family: "f",
    volumes: range(count).map((at) => ({ name: `v${at}` })),
    containerDefinitions: [{
      ...container(0),
      mountPoints: range(count).map((at) => ({ sourceVolume: `w${at}`, containerPath: "/d" })),
    }],
  })),
  ...sized("dependencies in circles", (count) => ({
    family: "f",
    containerDefinitions: range(10).map((at) => ({
      ...container(at),
      dependsOn: range(count / 10).map((to) => ({
        containerName: `c${(at + to) % 10}`,
        condition: "START",
      })),
    })),
  })),
  ...sized("values of a wrong type", (count) => ({
    family: "f",
    containerDefinitions: [{
      ...container(0),
      environment: range(count).map((at) => at),
      portMappings: range(count).map(() => ({ containerPort: [] })),
    }],
  })),
  ...sized("variables with secrets of their names", (count) => ({
    family: "f",
    containerDefinitions: [{
      ...container(0),
      environment: range(count).map((at) => ({ name: `A${at}`, value: "" })),
      secrets: range(count).map((at) => ({ name: `A${at}`, valueFrom: "x" })),
    }],
  })),
  ...sized("ports in conflict", (count) => ({
    family: "f",
    networkMode: "awsvpc",
    containerDefinitions: range(10).map((at) => ({
      ...container(at),
      portMappings: range(count / 10).map(() => ({ containerPort: 80, hostPort: 81, name: "p" })),
    })),
  })),
  text(
    "JSON of 390,000 characters that is nested 194,000 levels deep",
    () => `{"family":"f","a":${"[".repeat(194_000)}${"]".repeat(194_000)}}`,
  ),
  text(
    "390,000 characters that are no JSON",
    () => `{"family":"f","a":[${"1,".repeat(194_000)}oops`,
  ),
  text(
    "JSON that is nested 1,000,000 levels deep",
    () => `{"family":"f","containerDefinitions":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`,
  ),
  text("3 MB that are no JSON", () => `{"family":"f","x":"${"secret ".repeat(400_000)}" oops`),
  text("3 MB of JSON that is no object", () => JSON.stringify("x".repeat(3_000_000))),
  environment("2,000 globs by 20,000 variables", () => ({
    pass_env: range(2_000).map((at) => `*a*b*c*d${at}*`),
    variables: named(20_000, (at) => `ababababcabcabcd_${at}`),
  })),
  environment("one glob of 64,000 characters", () => ({
    pass_env: [`${"*a".repeat(32_000)}b`],
    variables: named(20, (at) => `${"a".repeat(50_000)}${at}`),
  })),
  environment("one glob of 64,000 stars", () => ({
    pass_env: [`${"*".repeat(64_000)}b`],
    variables: named(200, (at) => `${"a".repeat(5_000)}${at}`),
  })),
  environment("200,000 variables", () => ({
    pass_env: ["*"],
    variables: named(200_000, (at) => `V${at}`),
  })),
  environment("a variable of 3.5 MB", () => ({
    pass_env: ["*"],
    variables: { A: "x".repeat(3_500_000) },
  })),
  block("30,000 container blocks", () => ({
    definition: { family: "f", container: range(30_000).map(container) },
  })),
  block("90,000 empty volume blocks", () => ({
    definition: { family: "f", container: [container(0)], volume: range(90_000).map(() => null) },
  })),
  block("90,000 subnets", () => ({
    task_definition: "idle",
    network_configuration: {
      aws_vpc_configuration: { subnets: range(90_000).map((at) => `subnet-${at}`) },
    },
  })),
  block("45,000 tags", () => ({
    task_definition: "idle",
    tags: Object.fromEntries(range(45_000).map((at) => [`nomad:${at}`, "x"])),
  })),
  block("30,000 overrides of containers", () => ({
    task_definition: "idle",
    overrides: { container: range(30_000).map((at) => ({ name: `c${at}` })) },
  })),
  block("a text of 3.5 MB in each place for a name", () => {
    const long = "é".repeat(200_000);
    return {
      task_definition: long,
      launch_type: long,
      cluster: long,
      region: long,
      container: long,
      group: long,
      platform_version: long,
      start_timeout: long,
    };
  }),
  {
    name: "a million values in msgpack",
    task: () => taskOf(encode({ task: { task_definition: range(1_000_000).map(() => null) } })),
  },
  {
    name: "msgpack that is nested 1,000,000 levels deep",
    task: () => taskOf(new Uint8Array(1_000_000).fill(0x91)),
  },
  {
    name: "msgpack that declares 4 billion values, over and over",
    task: () => {
      const bytes = new Uint8Array(5_000).fill(0xff);
      for (let at = 0; at < bytes.length; at += 5) bytes[at] = 0xdd;
      return taskOf(bytes);
    },
  },
  {
    name: "a message of 32 MB",
    task: () => taskOf(driverConfig({ definition_json: " ".repeat(32 * 1024 * 1024) })),
  },
];

function json(name: string, definition: () => Record<string, unknown>): HostileInput {
  return text(name, () => JSON.stringify(definition()));
}

/** Definitions just below AWS's size, and just below the size that the option takes at all. */
function sized(name: string, make: (count: number) => Record<string, unknown>): HostileInput[] {
  return [65_000, 390_000].map((size) => ({
    name: `${name}, as many as ${size} characters hold`,
    task: () => {
      let [fits, not] = [0, size];
      while (not - fits > 1) {
        const count = Math.floor((fits + not) / 2);
        if (JSON.stringify(make(count)).length <= size) fits = count;
        else not = count;
      }
      return taskOf(driverConfig({ definition_json: JSON.stringify(make(fits)) }));
    },
  }));
}

function text(name: string, definition_json: () => string): HostileInput {
  return block(name, () => ({ definition_json: definition_json() }));
}

function block(name: string, options: () => Record<string, unknown>): HostileInput {
  return { name, task: () => taskOf(driverConfig(options())) };
}

function environment(
  name: string,
  make: () => { pass_env: string[]; variables: Record<string, string> },
): HostileInput {
  return {
    name,
    task: () => {
      const { pass_env, variables } = make();
      return taskOf(driverConfig({ task_definition: "idle", pass_env }), { env: variables });
    },
  };
}

function container(at: number): { name: string; image: string } {
  return { name: `c${at}`, image: "i" };
}

function named(count: number, name: (at: number) => string): Record<string, string> {
  return Object.fromEntries(range(count).map((at) => [name(at), "v"]));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
