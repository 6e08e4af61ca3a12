/** What a client of an AWS service is, whether the SDK has made it or it is the driver's own. */
import type { ECSClient } from "@aws-sdk/client-ecs";

/** The operations of one of the SDK's packages, as pairs of input and output. */
export type SdkApi<Sdk> = {
  [Name in keyof Sdk as Name extends `${infer Command}Command` ? Command : never]: Sdk[Name] extends
    abstract new (...args: never[]) => infer Command ? PairOf<Command> : never;
};

type PairOf<Command> = Command extends {
  readonly input: infer Input;
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>;
} ? [Input, Output]
  : never;

/** What requests are signed with, as every client of the SDK has it. */
export type Signing = Pick<
  ECSClient["config"],
  "credentials" | "region" | "requestHandler" | "sha256" | "systemClockOffset"
>;

/** A client of one service. */
export type ServiceClient = {
  readonly config: Signing;
  /** Performs an operation, by its name in AWS, in one attempt. */
  perform(command: string, input: unknown, signal: AbortSignal): Promise<unknown>;
};

/** What is used of a client of the SDK's. */
export type SdkClient = {
  readonly config: Signing;
  readonly middlewareStack: { remove(name: string): boolean };
  send(command: never, options: { abortSignal: AbortSignal }): Promise<unknown>;
};
