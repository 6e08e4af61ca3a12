import { perform } from "../../../../demo/simulator/operations/operations.ts";
import {
  assertRefused,
  ec2,
  emptyModel,
  region,
  register,
} from "../../../harness/simulator_definitions.ts";

/** An ARN of `main`, of a definition and of a task, by region and account. */
const inputs = {
  DescribeClusters: (base: string) => ({ clusters: [`${base}:cluster/main`] }),
  ListTasks: (base: string) => ({ cluster: `${base}:cluster/main` }),
  DeleteCluster: (base: string) => ({ cluster: `${base}:cluster/main` }),
  DescribeTaskDefinition: (base: string) => ({ taskDefinition: `${base}:task-definition/web:1` }),
  DeregisterTaskDefinition: (base: string) => ({ taskDefinition: `${base}:task-definition/web:1` }),
  RunTask: (base: string) => ({ cluster: "main", taskDefinition: `${base}:task-definition/web:1` }),
  StopTask: (base: string) => ({ cluster: "main", task: `${base}:task/main/${"0".repeat(32)}` }),
  DescribeTasks: (base: string) => ({
    cluster: "main",
    tasks: [`${base}:task/main/${"0".repeat(32)}`],
  }),
};

for (const [operation, inputOf] of Object.entries(inputs)) {
  Deno.test(`${operation} refuses an ARN of another region and of another account`, () => {
    const model = emptyModel();
    register(ec2(), model);
    const call = (base: string) => () => perform(model, region, operation, inputOf(base));
    assertRefused(
      call("arn:aws:ecs:eu-west-1:123456789012"),
      "InvalidParameterException",
      "Invalid Region in ARN",
    );
    assertRefused(
      call("arn:aws:ecs:us-east-1:210987654321"),
      "InvalidParameterException",
      "Identifier is for 210987654321. Your accountId is 123456789012",
    );
  });
}
