/** Whom AWS takes this host for. Loaded for a person only: the driver itself never asks. */
import type { AwsHost } from "./host.ts";
import type { AwsTarget } from "./operations.ts";
import { at, callQuery } from "./query.ts";
import { createClients } from "./services.ts";

/** An answer of GetCallerIdentity, which every identity may ask for. */
export type Identity = {
  readonly arn: string;
  readonly account: string;
  /** The region that the SDK's own sources or the target name. */
  readonly region: string;
  /** When the credentials end; undefined where they do not, or their source does not tell. */
  readonly expires: Date | undefined;
  /** AWS's time when it answered; undefined where the answer does not tell. */
  readonly time: Date | undefined;
};

/** Version of the STS API. */
const apiVersion = "2011-06-15";

/** Asks STS. Rejects with errors of the shape that the SDK's have. */
export async function identityOf(
  target: AwsTarget,
  host: AwsHost,
  signal: AbortSignal,
): Promise<Identity> {
  const { config } = await createClients(target, host)("ecs");
  const region = await config.region();
  const { expiration } = await config.credentials();
  const service = {
    name: "sts",
    title: "STS",
    version: apiVersion,
    endpoint: host.endpoints?.sts ?? stsEndpoint(region),
  } as const;
  const { document, headers } = await callQuery(config, service, {
    command: "GetCallerIdentity",
    parameters: {},
    signal,
  });
  const text = (name: string) => {
    const value = at(document, "GetCallerIdentityResult", name);
    return typeof value === "string" ? value : "";
  };
  const time = new Date(headers["date"] ?? NaN);
  return {
    arn: text("Arn"),
    account: text("Account"),
    region,
    expires: expiration,
    time: Number.isNaN(time.getTime()) ? undefined : time,
  };
}

function stsEndpoint(region: string): string {
  return `https://sts.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}
