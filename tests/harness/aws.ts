import { connectAws } from "../../src/aws/client.ts";
import type { Credentials } from "../../src/aws/host.ts";
import type { AwsOperations } from "../../src/aws/operations.ts";

/** AWS operations of a test's own: nothing in them comes from the process's environment. */
export function operationsAt(
  endpoint: string,
  { role, accessKey = () => "simulated", ...endpoints }: {
    role?: { arn: string };
    /** URL of STS. */
    sts?: string;
    /** URL of EC2. */
    ec2?: string;
    /** URL of Session Manager's message service. */
    ssmmessages?: string;
    /** URL of CloudWatch Logs. */
    logs?: string;
    /** URL of CloudWatch. */
    cloudwatch?: string;
    ssm?: string;
    kms?: string;
    /** The access key of this host now. */
    accessKey?: () => string;
  } = {},
): AwsOperations {
  return connectAws({ region: "us-east-1", endpoint, profile: undefined, role }, {
    userAgent: { name: "test", version: "0.0.0" },
    endpoints,
    credentials: () => (): Promise<Credentials> =>
      Promise.resolve({ accessKeyId: accessKey(), secretAccessKey: "simulated" }),
  });
}
