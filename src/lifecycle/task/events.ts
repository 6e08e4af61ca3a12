import { consoleUrl, parseTaskArn, type TaskRef } from "../../aws/cluster_ref.ts";
import type { RemoteState, Snapshot } from "./tracking.ts";

/** Something that a task's user should be told. */
export type TaskEvent = {
  readonly message: string;
  readonly annotations: Readonly<Record<string, string>>;
};

/** The event that a change of state is worth, if any. */
export function eventOf(
  before: RemoteState,
  after: RemoteState,
  ref: TaskRef,
): TaskEvent | undefined {
  if (after.kind === "unseen" || after.snapshot === undefined) return undefined;
  const old = before.kind === "unseen" ? undefined : before.snapshot;
  const { lastStatus, address } = after.snapshot;
  const newAddress = address !== undefined && old?.address === undefined;
  if (old?.lastStatus === lastStatus && !newAddress) return undefined;
  const id = parseTaskArn(ref.arn)?.id ?? ref.arn;
  const where = newAddress || (address !== undefined && lastStatus === "RUNNING")
    ? ` with address ${address}`
    : "";
  const why = after.kind === "ended" && after.ending.error !== undefined
    ? `: ${after.ending.error}`
    : "";
  return {
    message: `ECS task ${id} is ${lastStatus}${where}${why}`,
    annotations: annotationsOf(ref, after.snapshot),
  };
}

/** What goes with every event about a task. */
export function annotationsOf(ref: TaskRef, snapshot?: Snapshot): Record<string, string> {
  const url = consoleUrl(ref.arn);
  return {
    task_arn: ref.arn,
    cluster: ref.cluster.name,
    ...(snapshot === undefined ? {} : { last_status: snapshot.lastStatus }),
    ...(snapshot?.address === undefined ? {} : { address: snapshot.address }),
    ...(url === undefined ? {} : { console_url: url }),
  };
}
