import { assertEquals, assertMatch } from "@std/assert";
import { describeInterface } from "../../../../demo/simulator/operations/network_interface.ts";
import { perform } from "../../../../demo/simulator/operations/operations.ts";
import { fargate, region } from "../../../harness/simulator_definitions.ts";
import { createTaskModel } from "../../../harness/simulator_tasks.ts";

function described(assignPublicIp: string) {
  const { model } = createTaskModel();
  perform(model, region, "RegisterTaskDefinition", fargate());
  const vpc = { subnets: ["subnet-1"], securityGroups: ["sg-1"], assignPublicIp };
  perform(model, region, "RunTask", {
    cluster: "main",
    taskDefinition: "web",
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: vpc },
  });
  const [task] = model.tasks.values();
  if (task === undefined) throw new Error("RunTask made no task");
  return describeInterface(model, task);
}

Deno.test("an interface names its task's attachment, security groups and addresses", () => {
  const one = described("ENABLED");
  assertMatch(one.description, /^arn:aws:ecs:us-east-1:123456789012:attachment\/[0-9a-f-]{36}$/);
  assertEquals(one.groupSet, [{ groupId: "sg-1" }]);
  assertEquals([one.requesterManaged, one.status, one.attachment.status], [
    "true",
    "in-use",
    "attached",
  ]);
  assertEquals(one.privateIpAddressesSet, [{
    association: one.association,
    primary: "true",
    privateDnsName: one.privateDnsName,
    privateIpAddress: one.privateIpAddress,
  }]);
  const name = String(one.association?.publicIp).replaceAll(".", "-");
  assertEquals(one.association?.publicDnsName, `ec2-${name}.compute-1.amazonaws.com`);
});

Deno.test("an interface without a public address has no association", () => {
  const { association, privateIpAddressesSet: [first] } = described("DISABLED");
  assertEquals([association, first?.association], [undefined, undefined]);
});
