import type { Allocation, NomadNode } from "./documents.ts";

/** Why Nomad stops an allocation. StopTask is one and the same call for all of these. */
export type StopCause =
  /** Its node is drained; `next` is the allocation that replaces it, undefined where none is placed. */
  | { readonly kind: "drain"; readonly next: string | undefined }
  /** Its node is drained, and Nomad places nothing in its stead: a batch job. */
  | { readonly kind: "drain without replacement" }
  /**
   * The drain of its node has ended with this stop, or somebody ran `nomad alloc stop` right after a drain.
   * The evaluation that placed `next` tells which.
   */
  | { readonly kind: "drained"; readonly next: string | undefined }
  /** Somebody ran `nomad alloc stop`. */
  | { readonly kind: "alloc stop" }
  /** A new version of the job replaces it. */
  | { readonly kind: "update" }
  /** Another job's allocation takes its place. */
  | { readonly kind: "preemption" }
  /** Its node had been taken for lost, and the servers have replaced it. */
  | { readonly kind: "lost" }
  /** It failed, and Nomad tries elsewhere. */
  | { readonly kind: "rescheduled" }
  /** It is needed no more: scale-down, job stop, purge, the end of a canary. */
  | { readonly kind: "not needed" }
  /** The servers want it running: the stop is the client's own (a restart, a failed sibling task). */
  | { readonly kind: "client" };

/**
 * Tells why an allocation is stopped from what the servers say of it, at the time of StopTask.
 *
 * A drain and `nomad alloc stop` set the same fields of the allocation; only its node tells them
 * apart. Descriptions are Nomad's own words (scheduler/structs/const.go) and decide only where no
 * field does.
 */
export function stopCauseOf(allocation: Allocation, node: NomadNode): StopCause {
  const { desiredStatus, desiredDescription, clientStatus } = allocation;
  if (desiredStatus === "evict" || allocation.preemptedByAllocation !== undefined) {
    return { kind: "preemption" };
  }
  if (desiredStatus === "run") return { kind: "client" };
  if (clientStatus === "lost" || /is lost since/.test(desiredDescription)) return { kind: "lost" };
  if (/was rescheduled because it failed/.test(desiredDescription)) return { kind: "rescheduled" };
  if (/being updated due to job update/.test(desiredDescription)) return { kind: "update" };
  if (/not needed/.test(desiredDescription)) return { kind: "not needed" };
  if (!allocation.migrate) return { kind: "not needed" };
  if (!node.draining && !node.drained) return { kind: "alloc stop" };
  if (allocation.migrateDisablePlacement) return { kind: "drain without replacement" };
  const next = allocation.nextAllocation;
  return { kind: node.draining ? "drain" : "drained", next };
}
