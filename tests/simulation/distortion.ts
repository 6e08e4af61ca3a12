import type { Chances } from "./random.ts";

/**
 * Answers that are well formed HTTP and not what ECS answers, as of a proxy, an emulator or a fault:
 * a filter that is not heeded, tasks of others, pages that do not end, members of a wrong shape.
 */
export const distortions = ["unfiltered", "foreign", "endless", "misshapen"] as const;
export type Distortion = typeof distortions[number];

type Answer = Record<string, unknown>;

/** The request as a server takes it that does not heed filters. */
export function unfiltered(operation: string, input: Answer): Answer {
  if (operation !== "ListTasks") return input;
  const { startedBy: _, ...others } = input;
  return others;
}

/** The answer of `operation`, distorted. `foreign` are descriptions of tasks that are not the driver's. */
export function distorted(
  distortion: Distortion,
  operation: string,
  answer: Answer,
  { foreign, chances }: { foreign: readonly Answer[]; chances: Chances },
): Answer {
  switch (distortion) {
    case "unfiltered":
      return answer;
    case "foreign":
      return withForeign(operation, answer, foreign, chances);
    case "endless":
      return isList(operation) ? { ...answer, nextToken: String(chances.next()) } : answer;
    case "misshapen":
      return misshapen(answer, chances);
  }
}

function isList(operation: string): boolean {
  return operation.startsWith("List");
}

function withForeign(
  operation: string,
  answer: Answer,
  foreign: readonly Answer[],
  chances: Chances,
): Answer {
  switch (operation) {
    case "ListTasks":
      return { ...answer, taskArns: [...listOf(answer["taskArns"]), ...foreign.map(arnOf)] };
    case "RunTask":
      return { ...answer, tasks: [chances.pick(foreign) ?? {}] };
    case "DescribeTasks":
      return { ...answer, tasks: [...foreign, ...listOf(answer["tasks"])] };
    default:
      return answer;
  }
}

/** The answer with one value somewhere in it replaced by one of another kind, or left out. */
function misshapen(answer: Answer, chances: Chances): Answer {
  const key = chances.pick(Object.keys(answer));
  if (key === undefined) return answer;
  const value = answer[key];
  const inner = Array.isArray(value) ? value[0] : undefined;
  if (typeof inner === "object" && inner !== null && chances.happens(0.7)) {
    const [, ...others] = listOf(value);
    return { ...answer, [key]: [misshapen(inner as Answer, chances), ...others] };
  }
  // An empty list in a list's stead, or another exit code, has the right shape: nobody could tell that
  // it is wrong.
  const list = Array.isArray(value) ? {} : [];
  const number = typeof value === "number" ? {} : 7;
  const wrong = chances.pick([undefined, null, number, "text", list, {}, [null], [7]]);
  return { ...answer, [key]: wrong };
}

function arnOf({ taskArn }: Answer): unknown {
  return taskArn;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
