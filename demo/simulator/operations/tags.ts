import { AwsError, clientException, invalidParameter } from "../request/aws_error.ts";
import {
  type Input,
  isManaged,
  mergedTags,
  requiredString,
  strings,
  type Tag,
  tagsOf,
} from "../request/input.ts";
import type { Model } from "../state/model.ts";

/** Something that has tags: a cluster, a task definition or a task. */
type Tagged = { tags: Tag[] };

/** TagResource. */
export function tagResource(model: Model, _region: string, input: Input): unknown {
  if (input["tags"] === undefined) throw invalidParameter("tags cannot be null.");
  const resource = resourceOf(model, input);
  resource.tags = mergedTags(resource.tags, tagsOf(input));
  return {};
}

/** UntagResource. */
export function untagResource(model: Model, _region: string, input: Input): unknown {
  if (input["tagKeys"] === undefined) throw invalidParameter("tagKeys cannot be null.");
  const resource = resourceOf(model, input);
  const gone = new Set(strings(input, "tagKeys"));
  if ([...gone].some(isManaged)) {
    throw invalidParameter("Tags whose keys begin with aws: cannot be removed.");
  }
  resource.tags = resource.tags.filter(({ key }) => !gone.has(key));
  return {};
}

/** ListTagsForResource. Unlike its siblings it has no ResourceNotFoundException. */
export function listTagsForResource(model: Model, _region: string, input: Input): unknown {
  return { tags: resourceOf(model, input, invalidParameter).tags };
}

/**
 * The resource of a request. ECS refuses a stopped task, for reading its tags too. `unknown` makes the
 * error for a task that there is not.
 */
function resourceOf(
  model: Model,
  input: Input,
  unknown: (message: string) => AwsError = notFound,
): Tagged {
  const arn = requiredString(input, "resourceArn", "resourceArn cannot be null or empty.");
  const [, kind] = /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:([a-z-]+)\/.+$/.exec(arn) ?? [];
  switch (kind) {
    case "task": {
      const task = model.tasks.get(arn);
      if (task === undefined) throw unknown("The specified resource was not found.");
      if (task.status === "STOPPED") {
        throw invalidParameter(
          "The specified task is stopped. Specify a running task and try again.",
        );
      }
      return task;
    }
    case "cluster": {
      const cluster = [...model.clusters.values()].find((one) => one.arn === arn);
      if (cluster === undefined) {
        throw new AwsError("ClusterNotFoundException", "Cluster not found.");
      }
      return cluster;
    }
    case "task-definition": {
      const definition = [...model.definitions.values()].flat().find((one) => one.arn === arn);
      if (definition === undefined) {
        throw clientException("The specified task definition does not exist.");
      }
      return definition;
    }
    default:
      throw invalidParameter("Invalid resource ARN.");
  }
}

function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}
