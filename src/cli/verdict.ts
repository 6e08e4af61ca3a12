/** Who looks after an ECS task, and whether it is an orphan, as Nomad tells it now. */
import { type Need, needOf, needOnWorkingNode } from "../driver/need.ts";
import type { OthersTask, SurveyedTask } from "../lifecycle/lifecycle.ts";
import type { NomadApi } from "../nomad/api.ts";
import { NomadError } from "../nomad/error.ts";
import type { NodeStub } from "../nomad/documents.ts";
import { eachSideBySide } from "../side_by_side.ts";
import { errorInWords } from "./advice.ts";

/** What is known of one ECS task. */
export type Verdict = {
  /** `unknown` where Nomad was not asked, or does not show enough. */
  readonly orphan: "yes" | "no" | "unknown";
  readonly why: string;
  /** Who ends the task when Nomad wants that; undefined where that is nobody, or is not known. */
  readonly keeper: string | undefined;
};

/** Nomad as the verdicts of one look go by it. */
export type NomadView =
  | { readonly kind: "not asked" }
  | { readonly kind: "failed"; readonly error: NomadError }
  | {
    readonly kind: "answers";
    readonly api: NomadApi;
    readonly nodes: ReadonlyMap<string, NodeStub>;
  };

/** Requests to Nomad at one time. */
const parallel = 8;

/** Asks Nomad for its nodes. Rejects only with the signal's reason. */
export async function viewOf(api: NomadApi | undefined, signal: AbortSignal): Promise<NomadView> {
  if (api === undefined) return { kind: "not asked" };
  try {
    const nodes = await api.nodes(signal);
    return { kind: "answers", api, nodes: new Map(nodes.map((node) => [node.id, node])) };
  } catch (error) {
    if (error instanceof NomadError) return { kind: "failed", error };
    throw error;
  }
}

/** The verdict on each task, in their order. */
export async function verdictsOn(
  tasks: readonly SurveyedTask[],
  view: NomadView,
  signal: AbortSignal,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  await eachSideBySide(tasks.entries(), parallel, async ([at, { tagged }]) => {
    verdicts[at] = tagged === undefined
      ? unknown("it has no tags of ours: the Go driver or an early version started it")
      : await verdictOn(tagged, view, signal);
  });
  return verdicts;
}

/** The verdict on one task. Rejects only with the signal's reason. */
export async function verdictOn(
  task: OthersTask,
  view: NomadView,
  signal: AbortSignal,
): Promise<Verdict> {
  switch (view.kind) {
    case "not asked":
      return unknown("Nomad was not asked: use --nomad-address or NOMAD_ADDR");
    case "failed":
      return unknown(errorInWords(view.error));
    case "answers":
      break;
  }
  const { api, nodes } = view;
  const node = nodes.get(task.owner.nodeId);
  const works = node !== undefined && node.status !== "down";
  const context = { api, known: new Set(nodes.keys()), ours: new Set<string>() };
  try {
    // The time in a task's tags is no proof here: this host's clock may be wrong. Nomad is asked about every task.
    const need = await (works ? needOnWorkingNode : needOf)(context, task, signal);
    return verdictFrom(need, works ? task.owner.nodeId : undefined);
  } catch (error) {
    if (error instanceof NomadError) return unknown(errorInWords(error));
    throw error;
  }
}

function verdictFrom(need: Need, workingNode: string | undefined): Verdict {
  const keeper = workingNode === undefined ? undefined : `node ${workingNode.slice(0, 8)}`;
  switch (need.kind) {
    case "needed":
      return { orphan: "no", why: need.why, keeper };
    case "not needed":
      return { orphan: "yes", why: need.why, keeper: undefined };
    case "unproven":
      return { orphan: "unknown", why: need.why, keeper };
  }
}

function unknown(why: string): Verdict {
  return { orphan: "unknown", why, keeper: undefined };
}
