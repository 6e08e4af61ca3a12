import { Buffer } from "node:buffer";
import { Metadata, status } from "@grpc/grpc-js";
import { boundedText } from "../bounded_text.ts";
import { DriverError, type DriverErrorKind } from "../driver/driver_error.ts";
import { Status } from "../gen/google/rpc/status.ts";
import { RecoverableError } from "../gen/hashicorp/nomad/plugins/shared/structs/recoverable_error.ts";

/** An error as grpc-js sends it. */
export type WireError = { code: status; details: string; metadata: Metadata };

const recoverableErrorType =
  "type.googleapis.com/hashicorp.nomad.plugins.shared.structs.RecoverableError";

/**
 * Turns an error into a gRPC status; the only place that does. It never answers UNAVAILABLE, which Nomad
 * takes for a dead plugin. An error that is no `DriverError` is a fault of the driver: INTERNAL.
 */
export function wireError(error: unknown): WireError {
  // A longer text ends the client's connection; half a character has grpc-js send nothing at all.
  const details = boundedText(error instanceof Error ? error.message : String(error));
  if (!(error instanceof DriverError)) {
    return { code: status.INTERNAL, details, metadata: new Metadata() };
  }
  const code = codes[error.kind];
  return { code, details, metadata: recoverableMetadata(code, details, error.recoverable) };
}

const codes: Record<DriverErrorKind, status> = {
  task_not_found: status.NOT_FOUND,
  invalid_config: status.INVALID_ARGUMENT,
  start_failed: status.UNKNOWN,
  stop_failed: status.UNKNOWN,
  invalid_handle: status.INVALID_ARGUMENT,
  task_running: status.FAILED_PRECONDITION,
  exec_failed: status.UNKNOWN,
  unsupported: status.UNIMPLEMENTED,
};

/** The trailer by which Nomad learns whether the job's restart block applies. */
function recoverableMetadata(code: status, message: string, recoverable: boolean): Metadata {
  const detail = {
    typeUrl: recoverableErrorType,
    value: RecoverableError.encode({ recoverable }).finish(),
  };
  const document = Status.encode({ code, message, details: [detail] }).finish();
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(document));
  return metadata;
}
