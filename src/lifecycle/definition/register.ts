import type { Tag, TaskDefinition } from "../../aws/ecs_answers.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import { EcsError } from "../../aws/error.ts";
import type { Logger } from "../../logger.ts";
import { hashTag, jobTag, jobTagValue } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";
import { type DefinitionFacts, factsOf } from "./facts.ts";
import type { InlineDefinition } from "./inline.ts";

/**
 * Task definitions of jobspecs, as revisions at ECS. Each content is registered once, whichever client
 * asks: the lowest active revision whose tag names the content is its revision. A client that finds that
 * it was not the first to register a content deregisters its own.
 */
export type Registry = {
  /**
   * The revision of a definition, registered if there is none. One attempt, shared by all who ask for
   * the same content at the time; rejects with an `EcsError`. To be asked again after a failure: a
   * revision that was registered without an answer is then found. `earlier` says what becomes of the
   * revisions that were registered before for the same task of the same job.
   */
  resolve(
    definition: InlineDefinition,
    owner: TaskIdentity,
    earlier: EarlierRevisions,
  ): Promise<DefinitionFacts>;
  /** Forgets that a content's revision is this one, after ECS has said that it is inactive. */
  forget(definition: InlineDefinition, arn: string): void;
};

/** What becomes of a job's earlier revisions. Tasks that run on them go on either way. */
export type EarlierRevisions = "keep" | "deregister";

/** The tags by which a registered revision is found again. */
export function definitionTags({ input, hash }: InlineDefinition, owner: TaskIdentity): Tag[] {
  return [
    ...input.tags ?? [],
    { key: hashTag, value: hash },
    { key: jobTag, value: jobTagValue(owner) },
  ];
}

/** A revision of a family. */
type Revision = {
  readonly number: number;
  readonly active: boolean;
  /** The content that the driver registered it for; undefined where somebody else did. */
  readonly hash: string | undefined;
  /** The task of a job that it was registered for, as its tag has it. */
  readonly job: string | undefined;
  readonly facts: DefinitionFacts;
};

/** The search for a content's revision; its ARN once it is known. */
type Resolution = { arn: string | undefined; readonly facts: Promise<DefinitionFacts> };

/** Newest active revisions of a family that are looked at; older ones are registered anew. */
const lookedAt = 50;
/** Revisions before a new one that are described though ECS does not list them yet. */
const unlisted = 8;
/** Contents and revisions that are remembered, the oldest going first. */
const remembered = 1_000;

/** How ECS is called, and what is known of its revisions. */
type Context = {
  readonly caller: EcsCaller;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Searches by content, done or under way. */
  readonly resolved: Map<string, Resolution>;
  /** Revisions by ARN. They never change but for their status. */
  readonly revisions: Map<string, Revision>;
};

/** Makes a registry. `signal` ends all calls for it. */
export function createRegistry(
  { caller, log, signal }: Pick<Context, "caller" | "log" | "signal">,
): Registry {
  const context: Context = { caller, log, signal, resolved: new Map(), revisions: new Map() };
  const { resolved, revisions } = context;
  return {
    resolve: (definition, owner, earlier) => {
      const { hash } = definition;
      const known = resolved.get(hash);
      if (known !== undefined) return known.facts;
      const facts = findOrRegister(context, definition, owner, earlier);
      const asked: Resolution = { arn: undefined, facts };
      keepNewest(resolved, hash, asked);
      facts.then(({ arn }) => asked.arn = arn, () => {
        if (resolved.get(hash) === asked) resolved.delete(hash);
      });
      return facts;
    },
    forget: ({ hash }, arn) => {
      revisions.delete(arn);
      // Another start may have found a new one meanwhile.
      if (resolved.get(hash)?.arn === arn) resolved.delete(hash);
    },
  };
}

async function findOrRegister(
  context: Context,
  definition: InlineDefinition,
  owner: TaskIdentity,
  earlier: EarlierRevisions,
): Promise<DefinitionFacts> {
  const { family, hash } = definition;
  const before = await listed(context, family);
  const known = lowestActive(before, hash);
  if (known !== undefined) return known.facts;

  const made = await register(context, definition, owner);
  const own = { number: made?.revision ?? 0, facts: factsOf(made, family) };
  const newest = Math.max(0, ...before.map(({ number }) => number));
  const between = await revisionsBetween(context, family, newest, own.number);
  const after = [...await listed(context, family), ...between];
  const winner = lowestActive(after, hash);
  if (winner !== undefined && winner.number < own.number) {
    await deregister(context, own.facts.arn, "a second revision of one content was left");
    return winner.facts;
  }
  if (earlier === "deregister") {
    const ownJob = jobTagValue(owner);
    for (const { facts, hash: other, job, number } of after) {
      if (number >= own.number || other === undefined || other === hash || job !== ownJob) continue;
      await deregister(context, facts.arn, "an earlier revision was not deregistered");
    }
  }
  return own.facts;
}

/** The newest active revisions of a family. */
async function listed(context: Context, family: string): Promise<Revision[]> {
  const { taskDefinitionArns = [] } = await context.caller.call("listTaskDefinitions", {
    familyPrefix: family,
    status: "ACTIVE",
    sort: "DESC",
    maxResults: lookedAt,
  }, options(context, `of ${family}`));
  const found = await Promise.all(
    taskDefinitionArns.map((arn) => context.revisions.get(arn) ?? read(context, arn)),
  );
  return found.filter((revision) => revision !== undefined);
}

/** Revisions just below a new one that ECS may not list yet. */
async function revisionsBetween(
  context: Context,
  family: string,
  newest: number,
  made: number,
): Promise<Revision[]> {
  const length = Math.max(0, Math.min(unlisted, made - newest - 1));
  const names = Array.from({ length }, (_, index) => `${family}:${made - 1 - index}`);
  const found = await Promise.all(names.map((name) => read(context, name)));
  return found.filter((revision) => revision !== undefined);
}

/** A revision; undefined for one that there is not, or that ECS has not caught up with. */
async function read(context: Context, name: string): Promise<Revision | undefined> {
  try {
    const { taskDefinition, tags = [] } = await context.caller.call("describeTaskDefinition", {
      taskDefinition: name,
      include: ["TAGS"],
    }, options(context, name));
    const tag = (key: string) => tags.find((tag) => tag.key === key)?.value;
    const revision = {
      number: taskDefinition?.revision ?? 0,
      active: taskDefinition?.status === "ACTIVE",
      hash: tag(hashTag),
      job: tag(jobTag),
      facts: factsOf(taskDefinition, name),
    };
    keepNewest(context.revisions, revision.facts.arn, revision);
    return revision;
  } catch (error) {
    if (error instanceof EcsError && error.kind === "rejected") return undefined;
    throw error;
  }
}

async function register(
  context: Context,
  definition: InlineDefinition,
  owner: TaskIdentity,
): Promise<TaskDefinition | undefined> {
  const { taskDefinition } = await context.caller.call("registerTaskDefinition", {
    ...definition.input,
    tags: definitionTags(definition, owner),
  }, options(context, definition.family));
  context.log.info("registered a task definition", { arn: taskDefinition?.taskDefinitionArn });
  return taskDefinition;
}

/** Deregisters a revision. That it stays does no harm: a failure is logged. */
async function deregister(context: Context, arn: string, failed: string): Promise<void> {
  const { caller, log } = context;
  try {
    await caller.call("deregisterTaskDefinition", { taskDefinition: arn }, options(context, arn));
    log.info("deregistered a task definition", { arn });
  } catch (error) {
    log.warn(failed, { arn, error });
  }
}

function options({ signal }: Context, target: string) {
  return { target, priority: "act" as const, signal };
}

function lowestActive(all: readonly Revision[], hash: string): Revision | undefined {
  return all.filter((revision) => revision.active && revision.hash === hash)
    .sort((a, b) => a.number - b.number)[0];
}

function keepNewest<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= remembered) break;
    map.delete(oldest);
  }
}
