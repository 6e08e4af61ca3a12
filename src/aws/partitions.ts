/** AWS's partitions: groups of regions with accounts, ARNs and hosts of their own. */

/** Where IAM is called, and the region that its requests are signed for. */
export type IamHost = { readonly endpoint: string; readonly region: string };

/** Domains of the services' hosts in a region. */
export type ServiceDomains = {
  readonly services: string;
  /** Of the hosts that have an IPv6 address, too. */
  readonly dualStack: string;
};

type Partition = ServiceDomains & {
  /** As ARNs have it. */
  readonly name: string;
  /** What the names of its regions begin with. */
  readonly regions: string;
  /** Domain of its console, where AWS has published it. */
  readonly console?: string;
  readonly iam: IamHost;
};

/** The partition of every region that no other one has. */
const aws: Partition = {
  name: "aws",
  regions: "",
  services: "amazonaws.com",
  dualStack: "api.aws",
  console: "console.aws.amazon.com",
  iam: { endpoint: "https://iam.amazonaws.com", region: "us-east-1" },
};

/**
 * Regions and domains are from the AWS SDK's `partitions.json`, IAM's endpoints from the SDK's endpoint rules of
 * IAM, consoles from the AWS general reference of each partition.
 */
const partitions: readonly Partition[] = [
  {
    name: "aws-cn",
    regions: "cn-",
    services: "amazonaws.com.cn",
    dualStack: "api.amazonwebservices.com.cn",
    console: "console.amazonaws.cn",
    iam: { endpoint: "https://iam.cn-north-1.amazonaws.com.cn", region: "cn-north-1" },
  },
  {
    name: "aws-us-gov",
    regions: "us-gov-",
    services: "amazonaws.com",
    dualStack: "api.aws",
    console: "console.amazonaws-us-gov.com",
    iam: { endpoint: "https://iam.us-gov.amazonaws.com", region: "us-gov-west-1" },
  },
  {
    name: "aws-eusc",
    regions: "eusc-",
    services: "amazonaws.eu",
    dualStack: "api.amazonwebservices.eu",
    console: "console.amazonaws-eusc.eu",
    iam: { endpoint: "https://iam.eusc-de-east-1.amazonaws.eu", region: "eusc-de-east-1" },
  },
  {
    name: "aws-iso",
    regions: "us-iso-",
    services: "c2s.ic.gov",
    dualStack: "api.aws.ic.gov",
    iam: { endpoint: "https://iam.us-iso-east-1.c2s.ic.gov", region: "us-iso-east-1" },
  },
  {
    name: "aws-iso-b",
    regions: "us-isob-",
    services: "sc2s.sgov.gov",
    dualStack: "api.aws.scloud",
    iam: { endpoint: "https://iam.us-isob-east-1.sc2s.sgov.gov", region: "us-isob-east-1" },
  },
  {
    name: "aws-iso-e",
    regions: "eu-isoe-",
    services: "cloud.adc-e.uk",
    dualStack: "api.cloud-aws.adc-e.uk",
    iam: { endpoint: "https://iam.eu-isoe-west-1.cloud.adc-e.uk", region: "eu-isoe-west-1" },
  },
  {
    name: "aws-iso-f",
    regions: "us-isof-",
    services: "csp.hci.ic.gov",
    dualStack: "api.aws.hci.ic.gov",
    iam: { endpoint: "https://iam.us-isof-south-1.csp.hci.ic.gov", region: "us-isof-south-1" },
  },
  aws,
];

/** The name of a region's partition: `aws` where the region says no other. */
export function partitionOf(region: string): string {
  return inRegion(region).name;
}

/** Domains of the services' hosts in a region. */
export function domainsOf(region: string): ServiceDomains {
  return inRegion(region);
}

/** Domain of a partition's console; undefined where none is known. */
export function consoleOf(partition: string): string | undefined {
  return named(partition)?.console;
}

/** Where IAM is in a partition: that of `aws` where the partition is not known. */
export function iamOf(partition: string): IamHost {
  return (named(partition) ?? aws).iam;
}

function inRegion(region: string): Partition {
  return partitions.find(({ regions }) => region.startsWith(regions)) ?? aws;
}

function named(partition: string): Partition | undefined {
  return partitions.find(({ name }) => name === partition);
}
