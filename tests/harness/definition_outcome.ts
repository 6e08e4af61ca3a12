import { encode } from "@msgpack/msgpack";
import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { describeProblems } from "../../src/config/decode.ts";
import { decodePluginConfig, decodeTaskConfig } from "../../src/config/mod.ts";
import type { Json } from "./definitions.ts";
import { cluster, createWorld, ownerOf } from "./world.ts";

/** Where a task is to run; undefined where the cluster decides. */
export type Place = "FARGATE" | "EC2" | "EXTERNAL" | undefined;

/** What becomes of a definition: what ECS was asked to register and took, or why it was not asked. */
export type Outcome =
  | {
    readonly kind: "registered";
    /** The request, without the driver's own two tags. */
    readonly request: RegisterTaskDefinitionCommandInput;
    readonly driverTags: readonly string[];
    /** What the task's user was told. */
    readonly events: readonly string[];
  }
  | { readonly kind: "refused"; readonly text: string };

/** The resources that a job has which says nothing of them. */
const nomadDefaults = { cpu: 100, memory: 300 };

/** Starts a task with this definition in JSON before a simulated ECS, up to its RunTask. */
export async function outcomeOf(text: string, place: Place, task: Json = {}): Promise<Outcome> {
  const plugin = decodePluginConfig(new Uint8Array());
  if (plugin.kind === "invalid") throw new Error(describeProblems(plugin.problems));
  const network = place === "FARGATE" || text.includes('"awsvpc"')
    ? {
      network_configuration: { aws_vpc_configuration: { subnets: ["subnet-010b03f1a021887ff"] } },
    }
    : {};
  const launch = place === undefined ? {} : { launch_type: place };
  const decoded = decodeTaskConfig(
    encode({ task: { definition_json: text, ...launch, ...network, ...task } }),
    plugin.value,
  );
  if (decoded.kind === "invalid") {
    return { kind: "refused", text: describeProblems(decoded.problems) };
  }
  const registered: RegisterTaskDefinitionCommandInput[] = [];
  const world = createWorld({
    intercept: (operations) => ({
      ...operations,
      registerTaskDefinition: async (input, signal) => {
        const answer = await operations.registerTaskDefinition(input, signal);
        registered.push(input);
        return answer;
      },
      runTask: () => Promise.reject(farEnough()),
    }),
  });
  const events: string[] = [];
  const result = await world.settle(world.lifecycle.start({
    cluster,
    owner: ownerOf(),
    config: decoded.value,
    env: {},
    resources: nomadDefaults,
    abandoned: new AbortController().signal,
    onEvent: ({ message }) => events.push(message),
  }));
  const [request] = registered;
  if (request !== undefined) {
    const { tags = [], ...rest } = request;
    const own = tags.slice(0, -2);
    return {
      kind: "registered",
      request: own.length === 0 ? rest : { ...rest, tags: own },
      driverTags: tags.slice(-2).map(({ key }) => key ?? ""),
      events,
    };
  }
  if (result.status === "fulfilled") throw new Error("the start did not come to an end");
  const message = String(result.reason.message);
  return { kind: "refused", text: message.slice(Math.max(0, message.indexOf("config.task."))) };
}

/** Ends a start whose definition has been registered. */
function farEnough(): Error {
  return Object.assign(new Error("the definition is registered"), {
    name: "InvalidParameterException",
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
  });
}
