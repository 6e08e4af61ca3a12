import type { Tag, TaskDefinition } from "@aws-sdk/client-ecs";
import type { Logger } from "../../logger.ts";
import type { InlineDefinition } from "./inline.ts";
import { type DefinitionFacts, factsOf } from "./facts.ts";
import type { EcsCaller } from "../../aws/caller.ts";
import { EcsError } from "../../aws/error.ts";
import { hashTag, jobTag, jobTagValue } from "../ownership/tags.ts";
import type { TaskIdentity } from "../task_identity.ts";

/**
 * Task definitions of jobspecs, as revisions at ECS: one active revision for one content, whoever
 * asks. Every content has the lowest active revision that its tag names; a client that finds it was
 * not the first to register one withdraws its own.
 */
export type Registry = {
  /**
   * The revision of a definition, registered if there is none. One attempt, shared by all who ask for
   * the same content at the time; rejects with an `EcsError`. To be asked again after a failure: a
   * revision that was registered without an answer is then found.
   */
  resolve(
    definition: InlineDefinition,
    owner: TaskIdentity,
    deregister: boolean,
  ): Promise<DefinitionFacts>;
  /** Forgets that a content's revision is this one, after ECS has said that it is inactive. */
  forget(definition: InlineDefinition, arn: string): void;
};

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

/** Makes a registry. `signal` ends all calls for it. */
export function createRegistry(
  { caller, log, signal }: { caller: EcsCaller; log: Logger; signal: AbortSignal },
): Registry {
  const resolved = new Map<string, Resolution>();
  /** What is known of revisions, which never changes but for their status, by ARN. */
  const revisions = new Map<string, Revision>();
  const options = (target: string) => ({ target, priority: "act" as const, signal });

  const read = async (name: string): Promise<Revision | undefined> => {
    try {
      const { taskDefinition, tags = [] } = await caller.call("describeTaskDefinition", {
        taskDefinition: name,
        include: ["TAGS"],
      }, options(name));
      const tag = (key: string) => tags.find((tag) => tag.key === key)?.value;
      const revision = {
        number: taskDefinition?.revision ?? 0,
        active: taskDefinition?.status === "ACTIVE",
        hash: tag(hashTag),
        job: tag(jobTag),
        facts: factsOf(taskDefinition, name),
      };
      keepNewest(revisions, revision.facts.arn, revision);
      return revision;
    } catch (error) {
      // A revision that there is not, or that ECS has not caught up with.
      if (error instanceof EcsError && error.kind === "rejected") return undefined;
      throw error;
    }
  };

  /** The newest active revisions of a family. */
  const listed = async (family: string): Promise<Revision[]> => {
    const { taskDefinitionArns = [] } = await caller.call("listTaskDefinitions", {
      familyPrefix: family,
      status: "ACTIVE",
      sort: "DESC",
      maxResults: lookedAt,
    }, options(`of ${family}`));
    const found = await Promise.all(
      taskDefinitionArns.map((arn) => revisions.get(arn) ?? read(arn)),
    );
    return found.filter((revision) => revision !== undefined);
  };

  const deregister = async (arn: string): Promise<void> => {
    await caller.call("deregisterTaskDefinition", { taskDefinition: arn }, options(arn));
    log.info("deregistered a task definition", { arn });
  };

  const register = async (
    definition: InlineDefinition,
    owner: TaskIdentity,
  ): Promise<TaskDefinition | undefined> => {
    const { taskDefinition } = await caller.call("registerTaskDefinition", {
      ...definition.input,
      tags: definitionTags(definition, owner),
    }, options(definition.family));
    log.info("registered a task definition", { arn: taskDefinition?.taskDefinitionArn });
    return taskDefinition;
  };

  const first = (all: readonly Revision[], hash: string): Revision | undefined =>
    all.filter((revision) => revision.active && revision.hash === hash)
      .sort((a, b) => a.number - b.number)[0];

  const findOrRegister = async (
    definition: InlineDefinition,
    owner: TaskIdentity,
    deregisters: boolean,
  ): Promise<DefinitionFacts> => {
    const { family, hash } = definition;
    const before = await listed(family);
    const known = first(before, hash);
    if (known !== undefined) return known.facts;

    const made = await register(definition, owner);
    const number = made?.revision ?? 0;
    const own = factsOf(made, family);
    const newest = Math.max(0, ...before.map((revision) => revision.number));
    const between = await Promise.all(
      Array.from(
        { length: Math.min(unlisted, number - newest - 1) },
        (_, index) => read(`${family}:${number - 1 - index}`),
      ),
    );
    const after = [
      ...await listed(family),
      ...between.filter((revision) => revision !== undefined),
    ];
    const winner = first(after, hash);
    if (winner !== undefined && winner.number < number) {
      await deregister(own.arn).catch((error) => {
        log.warn("a second revision of one content was left", { arn: own.arn, error });
      });
      return winner.facts;
    }
    if (deregisters) {
      const ownJob = jobTagValue(owner);
      for (const { facts, hash: other, job, number: earlier } of after) {
        if (earlier >= number || other === undefined || other === hash || job !== ownJob) continue;
        await deregister(facts.arn).catch((error) => {
          log.warn("an earlier revision was not deregistered", { arn: facts.arn, error });
        });
      }
    }
    return own;
  };

  return {
    resolve: (definition, owner, deregisters) => {
      const { hash } = definition;
      const known = resolved.get(hash);
      if (known !== undefined) return known.facts;
      const asked: Resolution = {
        arn: undefined,
        facts: findOrRegister(definition, owner, deregisters),
      };
      keepNewest(resolved, hash, asked);
      asked.facts.then(({ arn }) => asked.arn = arn, () => {
        if (resolved.get(hash) === asked) resolved.delete(hash);
      });
      return asked.facts;
    },
    forget: ({ hash }, arn) => {
      revisions.delete(arn);
      // Another start may have found a new one meanwhile.
      if (resolved.get(hash)?.arn === arn) resolved.delete(hash);
    },
  };
}

function keepNewest<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= remembered) break;
    map.delete(oldest);
  }
}
