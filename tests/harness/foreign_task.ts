import type { EcsTask, Model } from "../../demo/simulator/state/model.ts";
import { perform } from "../../demo/simulator/operations/operations.ts";

/** Runs an ECS task that is not the driver's, as an ECS service or a person does. */
export function runForeignTask(
  model: Model,
  { startedBy, tags = [], cluster = "nomad-remote-driver-demo" }: {
    /** Undefined for a task that somebody ran by hand. */
    startedBy: string | undefined;
    tags?: { key?: string; value?: string }[];
    cluster?: string;
  },
): EcsTask {
  const before = new Set(model.tasks.keys());
  perform(model, "us-east-1", "RunTask", {
    cluster,
    taskDefinition: "idle",
    launchType: "FARGATE",
    networkConfiguration: {
      awsvpcConfiguration: { subnets: ["subnet-010b03f1a021887ff"] },
    },
    tags,
    ...(startedBy === undefined ? {} : { startedBy }),
  });
  const made = [...model.tasks.values()].find(({ arn }) => !before.has(arn));
  if (made === undefined) throw new Error("the foreign task was not run");
  return made;
}
