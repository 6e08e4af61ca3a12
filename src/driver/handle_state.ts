import { encode } from "@msgpack/msgpack";
import {
  type ClusterRef,
  isInCluster,
  parseTaskArn,
  type Role,
  type TaskRef,
} from "../aws/cluster_ref.ts";
import type { LogSource } from "../logs/logs.ts";
import { decodeMsgpack } from "../msgpack.ts";
import { DriverError } from "./driver_error.ts";
import type { KnownNetwork } from "./network.ts";

/** What a handle keeps of a task: enough to find it again whatever the plugin's configuration is by then. */
export type HandleState = {
  readonly ref: TaskRef;
  /** The allocation whose start has made the handle; undefined where the handle does not say. */
  readonly allocId: string | undefined;
  /** The container whose exit status counts, where the jobspec named one. */
  readonly container: string | undefined;
  readonly network: KnownNetwork;
  /** Milliseconds since the Unix epoch; undefined where the handle does not say. */
  readonly startedAt: number | undefined;
  /** Whether another client's driver may take the ECS task over. */
  readonly handover: boolean;
  /** See `KnownTask`. */
  readonly inDoubt?: boolean | undefined;
  /** The log streams to show; undefined where the handle does not say. */
  readonly sources?: readonly LogSource[] | undefined;
};

/** Version of the handles written here, which is also that of the Go driver's. */
export const handleVersion = 1;

/**
 * Encodes a handle's state. `ARN` is the key that the Go driver used and that other tools read; its
 * decoder skips the keys that it does not know.
 */
export function encodeHandleState(
  { ref, allocId, container, network, startedAt, handover, inDoubt, sources }: HandleState,
): Uint8Array {
  const { role, profile } = ref.cluster;
  return encode({
    ARN: ref.arn,
    Cluster: ref.cluster.name,
    Region: ref.cluster.region ?? parseTaskArn(ref.arn)?.region ?? "",
    StartedAtMillis: startedAt ?? 0,
    ...(allocId === undefined ? {} : { AllocID: allocId }),
    ...(container === undefined ? {} : { Container: container }),
    ...(network.address === undefined ? {} : { Address: network.address }),
    ...(Object.keys(network.ports).length === 0 ? {} : { Ports: network.ports }),
    ...(network.advertise === "private" ? {} : { Advertise: network.advertise }),
    ...(handover ? {} : { HandOver: false }),
    ...(inDoubt ? { InDoubt: true } : {}),
    ...(sources === undefined ? {} : { Logs: sources.map(logFields) }),
    ...(profile === undefined ? {} : { Profile: profile }),
    ...(role === undefined ? {} : {
      RoleARN: role.arn,
      RoleExternalID: role.externalId ?? "",
      RoleSessionName: role.sessionName ?? "",
    }),
  });
}

/**
 * Decodes a handle's state, the Go driver's included: that one has no cluster and no region, which
 * are then read from the ARN, and failing that are those of `fallback`, as are the role and the
 * profile. Where the handle's cluster or region contradicts the ARN, the ARN's counts: ECS describes
 * and stops a task nowhere else. Throws a `DriverError` that says what is wrong with the state.
 */
export function decodeHandleState(
  { version, state, fallback }: {
    version: number;
    state: Uint8Array;
    fallback: Partial<ClusterRef>;
  },
): HandleState {
  const broken = (why: string) =>
    new DriverError("invalid_handle", `the task's handle cannot be recovered from: ${why}`);
  if (version > handleVersion) {
    throw broken(
      `its version is ${version} and this driver knows up to ${handleVersion}; ` +
        `run the driver version that wrote it`,
    );
  }
  const fields = decodeMap(state);
  if (typeof fields === "string") {
    throw broken(`its ${state.length} bytes are not a msgpack map: ${fields}`);
  }
  const arn = text(fields["ARN"]);
  if (arn === undefined || arn === "") throw broken("it names no ECS task (no ARN)");
  const parts = parseTaskArn(arn);
  // A handle may hold a secret where it is damaged, so its values are not shown.
  if (parts === undefined) {
    throw broken(`its ARN, a text of ${arn.length} characters, is not an ECS task's`);
  }
  const told = text(fields["Cluster"]) || undefined;
  const agrees = told !== undefined && isInCluster(parts, told);
  const name = (agrees ? told : parts.cluster) ?? fallback.name;
  if (name === undefined) {
    throw broken(
      `neither it nor its ARN names a cluster; set cluster in the plugin block to the task's`,
    );
  }
  const own = text(fields["Cluster"]) !== undefined;
  const role = own ? roleOf(fields) : fallback.role;
  const profile = own ? text(fields["Profile"]) || undefined : fallback.profile;
  const millis = fields["StartedAtMillis"];
  return {
    ref: { arn, cluster: { name, region: parts.region, role, profile } },
    allocId: text(fields["AllocID"]) || undefined,
    container: text(fields["Container"]) || undefined,
    network: {
      advertise: text(fields["Advertise"]) === "public" ? "public" : "private",
      address: text(fields["Address"]) || undefined,
      ports: portsIn(fields["Ports"]),
    },
    handover: fields["HandOver"] !== false,
    ...(fields["InDoubt"] === true ? { inDoubt: true } : {}),
    sources: Array.isArray(fields["Logs"]) ? fields["Logs"].flatMap(sourceOf) : undefined,
    startedAt: typeof millis === "number" && isTime(millis) ? millis : goTime(fields["StartedAt"]),
  };
}

/** A log stream as a handle has it: region, group, stream, output, and the label or nothing. */
function logFields({ region, group, stream, output, label = "" }: LogSource): string[] {
  return [region, group, stream, output, label];
}

function sourceOf(value: unknown): LogSource[] {
  const [region, group, stream, output, label] = Array.isArray(value) ? value.map(text) : [];
  if (!region || !group || !stream) return [];
  return [{
    region,
    group,
    stream,
    output: output === "stderr" ? "stderr" : "stdout",
    label: label || undefined,
  }];
}

function portsIn(value: unknown): Record<string, number> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter(([, port]) => Number.isInteger(port)));
}

function roleOf(fields: Record<string, unknown>): Role | undefined {
  const arn = text(fields["RoleARN"]) || undefined;
  if (arn === undefined) return undefined;
  const externalId = text(fields["RoleExternalID"]) || undefined;
  const sessionName = text(fields["RoleSessionName"]) || undefined;
  return { arn, externalId, sessionName };
}

/** The map that the state is, or why it is none. */
function decodeMap(state: Uint8Array): Record<string, unknown> | string {
  try {
    // A Go time stands in a str as bytes that are no UTF-8, so strings are read as bytes.
    const value = decodeMsgpack(state, { rawStrings: true, mapKeyConverter });
    const isMap = typeof value === "object" && value !== null &&
      Object.getPrototypeOf(value) === Object.prototype;
    return isMap ? value as Record<string, unknown> : "it is another value";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function mapKeyConverter(key: unknown): string | number {
  if (key instanceof Uint8Array) return new TextDecoder().decode(key);
  return typeof key === "number" ? key : String(key);
}

function text(value: unknown): string | undefined {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined;
}

/** Seconds from Go's time origin, the first second of the year 1, to the Unix epoch. */
const goEpochSeconds = 62_135_596_800n;

/**
 * Reads Go's binary time: a version byte 1, then big-endian seconds since the year 1 (8 bytes),
 * nanoseconds (4 bytes) and a zone offset (2 bytes), which does not change the instant.
 */
function goTime(value: unknown): number | undefined {
  if (!(value instanceof Uint8Array) || value.length < 15 || value[0] !== 1) return undefined;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const seconds = view.getBigInt64(1) - goEpochSeconds;
  const millis = Number(seconds) * 1_000 + Math.floor(view.getInt32(9) / 1_000_000);
  return isTime(millis) ? millis : undefined;
}

/** Whether these milliseconds since the Unix epoch are a time that a `Date` holds, and not zero. */
function isTime(millis: number): boolean {
  return millis > 0 && millis <= 8.64e15;
}
