import { consoleUrl, parseTaskArn, type TaskRef } from "../../aws/cluster_ref.ts";
import type { Snapshot } from "./snapshot.ts";
import type { RemoteState } from "./tracking.ts";

/** Something that a task's user should be told. */
export type TaskEvent = {
  readonly message: string;
  readonly annotations: Readonly<Record<string, string>>;
};

/** The events that a change of state is worth. */
export function eventsOf(
  before: RemoteState,
  after: RemoteState,
  ref: TaskRef,
): readonly TaskEvent[] {
  if (after.kind === "unseen" || after.snapshot === undefined) return none;
  const { snapshot } = after;
  const old = before.kind === "unseen" ? undefined : before.snapshot;
  const task = `ECS task ${parseTaskArn(ref.arn)?.id ?? ref.arn}`;
  const messages = [
    ...stopsBetween(old, snapshot).map((stop) => `${task} goes on without a container: ${stop}`),
    ...statusMessages(task, old, after, snapshot),
  ];
  return messages.map((message) => ({ message, annotations: annotationsOf(ref, snapshot) }));
}

const none: readonly TaskEvent[] = [];

/** The containers that have stopped since, each in words. */
function stopsBetween(old: Snapshot | undefined, { stopped }: Snapshot): string[] {
  if (stopped === (old?.stopped ?? "")) return [];
  const told = new Set(old?.stopped.split("\n"));
  return stopped.split("\n").filter((line) => !told.has(line));
}

function statusMessages(
  task: string,
  old: Snapshot | undefined,
  after: RemoteState,
  { lastStatus, address, networkInterface }: Snapshot,
): string[] {
  const newAddress = address !== undefined && old?.address === undefined;
  if (old?.lastStatus === lastStatus && !newAddress) return [];
  const where = newAddress || (address !== undefined && lastStatus === "RUNNING")
    ? ` with address ${address}`
    : lastStatus === "RUNNING" && networkInterface !== undefined
    ? `. ECS tells no private address of its network interface ${networkInterface}, so services of ` +
      `address_mode = "driver" get none`
    : "";
  const why = after.kind === "ended" ? reasonsOf(after) : "";
  return [`${task} is ${lastStatus}${where}${why}`];
}

/** Why a task ended, and with which exit codes, where that is not said already. */
function reasonsOf(
  { ending: { error, exits } }: Extract<RemoteState, { kind: "ended" }>,
): string {
  const reasons = [error, error === exits ? undefined : exits].filter((text) => text !== undefined);
  return reasons.length === 0 ? "" : `: ${reasons.join("; ")}`;
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
