import type { ServiceName } from "./operations.ts";

/** Keys that AWS calls are signed with. */
export type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
};

/**
 * The URL that an environment names for a service, by the variables that the SDK's own clients read: the
 * service's, and else that of all services. An empty variable counts as not set.
 */
export function endpointIn(
  environment: Readonly<Record<string, string | undefined>>,
  service: string,
): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment["AWS_ENDPOINT_URL"] || undefined;
}

/** What every client of this process has in common. */
export type AwsHost = {
  /** Names the driver in AWS's own logs. */
  readonly userAgent: { readonly name: string; readonly version: string };
  /** URLs of services besides a target's ECS. Default: the SDK's own sources decide, for EC2 the region. */
  readonly endpoints?: { readonly [Service in ServiceName | "sts" | "iam"]?: string | undefined };
  /**
   * Makes the source of this host's credentials in a profile, for one target. Default: the SDK's
   * chain, which reads the process's own environment, the shared files and the metadata services.
   */
  readonly credentials?: (profile: string | undefined) => () => Promise<Credentials>;
};
