import { ECSClient } from "@aws-sdk/client-ecs";
import { assert, assertEquals } from "@std/assert";
import { consoleOf, domainsOf, iamOf, partitionOf } from "../../../src/aws/partitions.ts";
import { regionalEndpoint } from "../../../src/aws/query.ts";

Deno.test("each region is in its partition, and a region of no known one is in aws", () => {
  const partitions = {
    "eu-west-1": "aws",
    "us-east-1": "aws",
    "cn-north-1": "aws-cn",
    "us-gov-west-1": "aws-us-gov",
    "eusc-de-east-1": "aws-eusc",
    "us-iso-east-1": "aws-iso",
    "us-isob-west-1": "aws-iso-b",
    "eu-isoe-west-1": "aws-iso-e",
    "us-isof-south-1": "aws-iso-f",
    "": "aws",
  };
  for (const [region, partition] of Object.entries(partitions)) {
    assertEquals(partitionOf(region), partition, region);
  }
});

/** A region of each partition that the AWS SDK knows. */
const regions = [
  "us-east-1",
  "cn-north-1",
  "us-gov-west-1",
  "eusc-de-east-1",
  "us-iso-east-1",
  "us-isob-east-1",
  "eu-isoe-west-1",
  "us-isof-south-1",
];

Deno.test("services have the hosts that the AWS SDK has, in every partition", () => {
  const { endpointProvider } = new ECSClient({ region: "us-east-1" }).config;
  for (const region of regions) {
    const sdkHost = (UseDualStack: boolean) =>
      endpointProvider({ Region: region, UseDualStack, UseFIPS: false }, {}).url.href;
    const { services, dualStack } = domainsOf(region);
    assertEquals(`https://ecs.${region}.${services}/`, sdkHost(false));
    assertEquals(`https://ecs.${region}.${dualStack}/`, sdkHost(true));
    assertEquals(regionalEndpoint("sts", region), `https://sts.${region}.${services}`);
  }
});

Deno.test("IAM of a partition is on a host of the partition, and signed for a region of it", () => {
  for (const name of regions.map(partitionOf)) {
    const { endpoint, region } = iamOf(name);
    assertEquals(partitionOf(region), name);
    const { services } = domainsOf(region);
    assert(endpoint.startsWith("https://iam.") && endpoint.endsWith(services), endpoint);
  }
  assertEquals(iamOf("aws-eusc").endpoint, "https://iam.eusc-de-east-1.amazonaws.eu");
});

Deno.test("a partition has its own console, or none that is known", () => {
  assertEquals(["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso"].map(consoleOf), [
    "console.aws.amazon.com",
    "console.amazonaws.cn",
    "console.amazonaws-us-gov.com",
    "console.amazonaws-eusc.eu",
    undefined,
  ]);
});
