import type { Attachment, Container, Task } from "../../aws/ecs_answers.ts";
import { shorten } from "../../config/show.ts";
import { isOfAws, said } from "./ending.ts";

/**
 * The part of ECS's description that the driver acts on and shows. Its members are compared one by one,
 * so that thousands of tasks at rest take up no new memory: none is an object.
 */
export type Snapshot = {
  /** PROVISIONING, PENDING, ACTIVATING, RUNNING, DEACTIVATING, STOPPING, DEPROVISIONING, STOPPED. */
  readonly lastStatus: string;
  readonly desiredStatus: string;
  /** Private IPv4 address of the task's network interface; its IPv6 address where it has no such one. */
  readonly address: string | undefined;
  /** Id of that interface, as EC2 knows it. */
  readonly networkInterface: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number | undefined;
  /** Whether anything of the task ever ran. */
  readonly ran: boolean;
  /** The newest reason that ECS gives for the task's status; undefined where it gives none. */
  readonly reason: string | undefined;
  /** Containers that have stopped while the task goes on, a line for each. Lines only ever come. */
  readonly stopped: string;
};

/** Most lines of containers that have stopped: a container that is restarted may stop again. */
const stoppedLimit = 20;
/** Most characters of a reason. ECS's own have up to some hundreds. */
const reasonLimit = 500;

/** What an answer of DescribeTasks shows of a task. `before` is what the last one showed. */
export function snapshotOf(task: Task, before: Snapshot | undefined): Snapshot {
  const network = task.attachments?.find(({ type }) => type === "ElasticNetworkInterface");
  return {
    lastStatus: task.lastStatus ?? "UNKNOWN",
    desiredStatus: task.desiredStatus ?? "RUNNING",
    address: addressOf(task, network),
    networkInterface: detail(network, "networkInterfaceId"),
    startedAt: task.startedAt?.getTime(),
    ran: task.startedAt !== undefined ||
      (task.containers ?? []).some(({ exitCode }) => exitCode !== undefined),
    reason: reasonOf(task),
    stopped: stoppedIn(task, before?.stopped ?? ""),
  };
}

function detail(attachment: Attachment | undefined, key: string): string | undefined {
  return attachment?.details?.find(({ name }) => name === key)?.value;
}

/** ECS shows the addresses of a task's network interface with it, and with the containers on it. */
function addressOf(task: Task, network: Attachment | undefined): string | undefined {
  const interfaces = (task.containers ?? []).flatMap((container) =>
    container.networkInterfaces ?? []
  );
  const first = (key: "privateIpv4Address" | "ipv6Address") =>
    interfaces.find((one) => one[key] !== undefined)?.[key];
  return detail(network, "privateIPv4Address") ?? first("privateIpv4Address") ??
    detail(network, "ipv6Address") ?? first("ipv6Address");
}

function reasonOf({ stoppedReason, containers = [], attachments = [] }: Task): string | undefined {
  const failed = containers.find(({ reason }) => said(reason) !== undefined);
  const waiting = attachments.find(({ status }) => status !== undefined && status !== "ATTACHED");
  const reason = said(stoppedReason) ??
    (failed === undefined ? undefined : `container ${failed.name}: ${failed.reason}`) ??
    (waiting === undefined ? undefined : attachmentInWords(waiting));
  return reason === undefined ? undefined : shorten(reason, reasonLimit);
}

function attachmentInWords(attachment: Attachment): string {
  const why = detail(attachment, "statusReason");
  return `${attachment.type} is ${attachment.status}${why === undefined ? "" : `: ${why}`}`;
}

/** The lines of before, and one for each container that has stopped since while the task goes on. */
function stoppedIn({ desiredStatus, containers = [] }: Task, before: string): string {
  if (desiredStatus === "STOPPED") return before;
  const stopped = containers.filter(({ lastStatus, name }) =>
    lastStatus === "STOPPED" && !isOfAws(name ?? "")
  );
  if (stopped.length === 0) return before;
  const lines = before === "" ? [] : before.split("\n");
  for (const line of stopped.map(stopInWords)) {
    if (!lines.includes(line) && lines.length < stoppedLimit) lines.push(line);
  }
  return lines.join("\n");
}

function stopInWords({ name, exitCode, reason }: Container): string {
  const how = exitCode === undefined
    ? "stopped without an exit code"
    : `exited with code ${exitCode}`;
  const why = reason === undefined || reason === ""
    ? ""
    : `: ${shorten(reason.replaceAll("\n", " "), reasonLimit)}`;
  return `container ${name} ${how}${why}`;
}
