import * as kms from "@aws-sdk/client-kms";
import * as ssm from "@aws-sdk/client-ssm";
import { AwsError } from "../request/aws_error.ts";
import { type Input, object, requiredString } from "../request/input.ts";
import { shapeOf } from "../request/shape.ts";
import type { Model } from "../state/model.ts";
import { operationFor, type OperationTable } from "../state/operation.ts";
import { generateDataKey } from "./kms.ts";
import { newToken, type Session, streamUrl } from "./sessions.ts";

/** All operations of SSM and KMS that the simulator has. */
const operations: OperationTable = new Map([
  ["TerminateSession", {
    shape: shapeOf(ssm.TerminateSessionRequest$),
    carryOut: terminateSession,
  }],
  ["ResumeSession", { shape: shapeOf(ssm.ResumeSessionRequest$), carryOut: resumeSession }],
  ["GenerateDataKey", {
    shape: shapeOf(kms.GenerateDataKeyRequest$),
    carryOut: (model, region, input) => generateDataKey(model, region, input),
  }],
]);

/**
 * Carries out one operation of SSM or KMS in a region.
 *
 * @throws `AwsError` where AWS refuses the request.
 */
export function performSessions(
  model: Model,
  region: string,
  operation: string,
  request: Input,
): unknown {
  const { carryOut, input } = operationFor(operations, operation, request);
  return carryOut(model, region, input);
}

/** TerminateSession. It succeeds for a session that has ended. */
function terminateSession(model: Model, _region: string, input: Input): unknown {
  const session = sessionOf(model, input);
  if (session.state !== "terminated") {
    session.state = "terminated";
    model.hooks.terminateSession?.(session);
  }
  return { SessionId: session.id };
}

/** ResumeSession. A session that has ended has no token. */
function resumeSession(model: Model, _region: string, input: Input): unknown {
  const session = sessionOf(model, input);
  if (session.state === "terminated") return { SessionId: session.id, TokenValue: "" };
  session.token = newToken(model);
  return { SessionId: session.id, TokenValue: session.token, StreamUrl: streamUrl(model, session) };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function sessionOf({ sessions }: Model, input: Input): Session {
  const id = requiredString(input, "SessionId", "SessionId must not be empty.", invalid);
  const session = sessions.byId.get(id);
  if (session === undefined) {
    throw new AwsError("DoesNotExistException", `Session ${id} does not exist.`);
  }
  return session;
}

/** The KMS key of a cluster's ECS Exec settings. Undefined: sessions are not encrypted. */
export function kmsKeyOf({ task }: Session): string | undefined {
  const exec = object(task.cluster.configuration ?? {}, "executeCommandConfiguration") ?? {};
  const key = exec["kmsKeyId"];
  return typeof key === "string" && key !== "" ? key : undefined;
}
