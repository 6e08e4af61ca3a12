import { awsEcs, type Credentials } from "../../src/aws/client.ts";
import type { EcsOperations } from "../../src/aws/operations.ts";

/** ECS operations of a test's own: nothing in them comes from the process's environment. */
export function operationsAt(
  endpoint: string,
  { role, sts, accessKey = () => "simulated" }: {
    role?: { arn: string };
    /** URL of STS. */
    sts?: string;
    /** The access key of this host now. */
    accessKey?: () => string;
  } = {},
): EcsOperations {
  return awsEcs({ region: "us-east-1", endpoint, profile: undefined, role }, {
    userAgent: { name: "test", version: "0.0.0" },
    ...(sts === undefined ? {} : { endpoints: { sts } }),
    credentials: () => (): Promise<Credentials> =>
      Promise.resolve({ accessKeyId: accessKey(), secretAccessKey: "simulated" }),
  });
}
