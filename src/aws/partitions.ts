/** AWS's partitions: groups of regions with accounts, ARNs and hosts of their own. */

/** Where IAM is called, and the region that its requests are signed for. */
export type IamHost = { readonly endpoint: string; readonly region: string };

type Partition = {
  /** As ARNs have it. */
  readonly name: string;
  /** What the names of its regions begin with. */
  readonly regions: string;
  /** Domain of its services' hosts, where it is known. */
  readonly services?: string;
  /** Domain of its console, where it is known. */
  readonly console?: string;
  readonly iam?: IamHost;
};

/**
 * All but `aws` itself. Regions are from the AWS SDK's `partitions.json`, IAM's endpoints from the AWS general
 * reference, "IAM endpoints".
 */
const partitions: readonly Partition[] = [
  {
    name: "aws-cn",
    regions: "cn-",
    services: "amazonaws.com.cn",
    console: "console.amazonaws.cn",
    iam: { endpoint: "https://iam.cn-north-1.amazonaws.com.cn", region: "cn-north-1" },
  },
  {
    name: "aws-us-gov",
    regions: "us-gov-",
    console: "console.amazonaws-us-gov.com",
    iam: { endpoint: "https://iam.us-gov.amazonaws.com", region: "us-gov-west-1" },
  },
  { name: "aws-eusc", regions: "eusc-" },
  { name: "aws-iso", regions: "us-iso-" },
  { name: "aws-iso-b", regions: "us-isob-" },
  { name: "aws-iso-e", regions: "eu-isoe-" },
  { name: "aws-iso-f", regions: "us-isof-" },
];

/** Domains and IAM of `aws`, and of a partition for which the table has none. */
const usual = {
  services: "amazonaws.com",
  console: "console.aws.amazon.com",
  iam: { endpoint: "https://iam.amazonaws.com", region: "us-east-1" },
};

/** The name of a region's partition: `aws` where the region says no other. */
export function partitionOf(region: string): string {
  return partitions.find(({ regions }) => region.startsWith(regions))?.name ?? "aws";
}

/** Domain of the services' hosts in a region. */
export function domainOf(region: string): string {
  return named(partitionOf(region))?.services ?? usual.services;
}

/** Domain of a partition's console. */
export function consoleOf(partition: string): string {
  return named(partition)?.console ?? usual.console;
}

/** Where IAM is in a partition. */
export function iamOf(partition: string): IamHost {
  return named(partition)?.iam ?? usual.iam;
}

function named(partition: string): Partition | undefined {
  return partitions.find(({ name }) => name === partition);
}
