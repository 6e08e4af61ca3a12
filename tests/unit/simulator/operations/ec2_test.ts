import { assertEquals, assertThrows } from "@std/assert";
import { AwsError } from "../../../../demo/simulator/request/aws_error.ts";
import { describeNetworkInterfaces } from "../../../../demo/simulator/operations/ec2.ts";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import { assertRefused, fargate, region } from "../../../harness/simulator_definitions.ts";
import { createTaskModel } from "../../../harness/simulator_tasks.ts";

/** Seven interfaces in subnet-1, and one in subnet-2. */
function stage() {
  let draws = 0;
  const { model } = createTaskModel(() => (draws += 0.618) % 1);
  perform(model, region, "RegisterTaskDefinition", fargate());
  for (const [subnet, count] of [["subnet-1", 7], ["subnet-2", 1]] as const) {
    perform(model, region, "RunTask", {
      cluster: "main",
      taskDefinition: "web",
      launchType: "FARGATE",
      count,
      networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
    });
  }
  return (form: Record<string, string>, of = region) =>
    describeNetworkInterfaces({ model }, new URLSearchParams(form), { region: of }) as {
      networkInterfaceSet: { networkInterfaceId: string; subnetId: string }[];
      nextToken: string | undefined;
    };
}

const bySubnet = { "Filter.1.Name": "subnet-id", "Filter.1.Value.1": "subnet-2" };

Deno.test("interfaces are filtered by all of a request's filters", () => {
  const call = stage();
  const [own] = call(bySubnet).networkInterfaceSet;
  assertEquals([call(bySubnet).networkInterfaceSet.length, own?.subnetId], [1, "subnet-2"]);
  const byId = (id = "") => ({ "Filter.2.Name": "network-interface-id", "Filter.2.Value.1": id });
  const both = (id?: string) => call({ ...bySubnet, ...byId(id) }).networkInterfaceSet.length;
  assertEquals([both(own?.networkInterfaceId), both("eni-00000000")], [1, 0]);
  const several = { "Filter.1.Name": "subnet-id", "Filter.1.Value.1": "subnet-1" };
  assertEquals(
    call({ ...several, "Filter.1.Value.2": "subnet-2" }).networkInterfaceSet.length,
    8,
  );
});

Deno.test("a filter that EC2 does not have is refused, and not ignored", () => {
  const call = stage();
  assertRefused(
    () => call({ "Filter.1.Name": "colour", "Filter.1.Value.1": "b" }),
    "InvalidParameterValue",
    "The filter 'colour' is invalid",
  );
});

Deno.test("interfaces come in pages of MaxResults", () => {
  const call = stage();
  const first = call({ MaxResults: "5" });
  const second = call({ MaxResults: "5", NextToken: first.nextToken ?? "" });
  const ids = [first, second].flatMap(({ networkInterfaceSet }) =>
    networkInterfaceSet.map(({ networkInterfaceId }) => networkInterfaceId)
  );
  assertEquals([first.networkInterfaceSet.length, new Set(ids).size], [5, 8]);
  assertEquals(second.nextToken, undefined);
});

const refusals: [string, Record<string, string>, string][] = [
  ["fewer than 5 items", { MaxResults: "4" }, "InvalidParameterValue"],
  ["more than 1,000 items", { MaxResults: "1001" }, "InvalidParameterValue"],
  ["an unknown token", { NextToken: "x" }, "InvalidParameterValue"],
  [
    "a page of named interfaces",
    { MaxResults: "5", "NetworkInterfaceId.1": "eni-00000000" },
    "InvalidParameterCombination",
  ],
];
for (const [what, form, code] of refusals) {
  Deno.test(`EC2 refuses ${what}`, () => {
    const call = stage();
    assertRefused(() => call(form), code, "");
  });
}

Deno.test("interfaces of another region are not there", () => {
  const call = stage();
  const [{ networkInterfaceId } = { networkInterfaceId: "" }] = call({}).networkInterfaceSet;
  assertEquals(call({}, "eu-west-1").networkInterfaceSet, []);
  assertRefused(
    () => call({ "NetworkInterfaceId.1": networkInterfaceId }, "eu-west-1"),
    "InvalidNetworkInterfaceID.NotFound",
    networkInterfaceId,
  );
});

Deno.test("a dry run answers that the request would have succeeded", () => {
  const { type, status } = assertThrows(() => stage()({ DryRun: "true" }), AwsError);
  assertEquals([type, status], ["DryRunOperation", 412]);
});
