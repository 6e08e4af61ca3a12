import { assertEquals } from "@std/assert";
import { consoleOf, domainOf, iamOf, partitionOf } from "../../../src/aws/partitions.ts";

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

Deno.test("services of a region in China have hosts in a domain of their own", () => {
  assertEquals(["us-east-1", "cn-north-1", "us-gov-west-1"].map(domainOf), [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.com",
  ]);
});

Deno.test("a partition has its own console and IAM", () => {
  assertEquals(["aws", "aws-cn", "aws-us-gov"].map(consoleOf), [
    "console.aws.amazon.com",
    "console.amazonaws.cn",
    "console.amazonaws-us-gov.com",
  ]);
  assertEquals(["aws", "aws-cn", "aws-us-gov"].map((name) => iamOf(name).region), [
    "us-east-1",
    "cn-north-1",
    "us-gov-west-1",
  ]);
});
