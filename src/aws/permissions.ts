/**
 * What AWS must allow the driver, declared once. `iam-policy` prints it, `doctor` tries it, and a test holds
 * `demo/aws/terraform/iam.tf` to it. Each operation of `operations.ts` has its action here.
 */
import { type OperationName, operations } from "./operations.ts";

/** What a user may do without, and the permissions with it. */
export const features = {
  tasks: "start, watch and stop ECS tasks",
  definitions: "task definitions that jobspecs hold",
  "public-address": 'services that advertise a public address (advertise = "public")',
  exec: "nomad alloc exec, script checks and signals",
  "exec-keys": "sessions of ECS Exec in a cluster that encrypts them with a KMS key",
  logs: "nomad alloc logs",
  stats: "CPU and memory of tasks, from Container Insights",
  "stats-metrics": "CPU and memory of tasks, from CloudWatch's metrics, which AWS bills",
  roles: "calling AWS through another role (assume_role)",
} as const;
export type Feature = keyof typeof features;

/** What a statement is about. */
export type ResourceKind =
  | "any"
  | "cluster"
  | "tasks"
  | "cluster and tasks"
  | "task definitions"
  | "sessions"
  | "KMS keys"
  | "log groups"
  | "Container Insights"
  | "roles to assume"
  | "roles to pass";

/** One statement of the driver's policy. */
export type Grant = {
  readonly sid: string;
  readonly feature: Feature;
  readonly actions: readonly string[];
  readonly on: ResourceKind;
  /** `cluster`: only where the request names the cluster. `passed to ECS`: only to tasks of ECS. */
  readonly condition?: "cluster" | "passed to ECS";
};

/** The driver's policy. Actions that know no resource have "any"; AWS's service reference says which. */
export const grants: readonly Grant[] = [
  {
    sid: "RunTask",
    feature: "tasks",
    actions: ["ecs:RunTask"],
    on: "task definitions",
    condition: "cluster",
  },
  {
    sid: "Tasks",
    feature: "tasks",
    actions: ["ecs:DescribeTasks", "ecs:StopTask"],
    on: "tasks",
  },
  {
    sid: "ListTasks",
    feature: "tasks",
    actions: ["ecs:ListTasks"],
    on: "any",
    condition: "cluster",
  },
  { sid: "TagTasks", feature: "tasks", actions: ["ecs:TagResource"], on: "tasks" },
  { sid: "DescribeCluster", feature: "tasks", actions: ["ecs:DescribeClusters"], on: "cluster" },
  {
    sid: "DescribeTaskDefinition",
    feature: "tasks",
    actions: ["ecs:DescribeTaskDefinition"],
    on: "any",
  },
  {
    sid: "RegisterTaskDefinition",
    feature: "definitions",
    actions: ["ecs:RegisterTaskDefinition", "ecs:TagResource"],
    on: "task definitions",
  },
  {
    sid: "ListTaskDefinitions",
    feature: "definitions",
    actions: ["ecs:ListTaskDefinitions", "ecs:DeregisterTaskDefinition"],
    on: "any",
  },
  {
    sid: "DescribeNetworkInterfaces",
    feature: "public-address",
    actions: ["ec2:DescribeNetworkInterfaces"],
    on: "any",
  },
  {
    sid: "ExecuteCommand",
    feature: "exec",
    actions: ["ecs:ExecuteCommand"],
    on: "cluster and tasks",
  },
  {
    sid: "Sessions",
    feature: "exec",
    actions: ["ssmmessages:OpenDataChannel", "ssm:ResumeSession", "ssm:TerminateSession"],
    on: "sessions",
  },
  {
    sid: "SessionKeys",
    feature: "exec-keys",
    actions: ["kms:GenerateDataKey"],
    on: "KMS keys",
  },
  { sid: "Logs", feature: "logs", actions: ["logs:FilterLogEvents"], on: "log groups" },
  { sid: "Stats", feature: "stats", actions: ["logs:FilterLogEvents"], on: "Container Insights" },
  {
    sid: "StatsMetrics",
    feature: "stats-metrics",
    actions: ["cloudwatch:GetMetricData"],
    on: "any",
  },
  { sid: "AssumeRoles", feature: "roles", actions: ["sts:AssumeRole"], on: "roles to assume" },
  {
    sid: "PassRoles",
    feature: "tasks",
    actions: ["iam:PassRole"],
    on: "roles to pass",
    condition: "passed to ECS",
  },
];

/** The actions that no operation of the table calls by itself, and why the driver needs them. */
export const indirectActions: Readonly<Record<string, string>> = {
  "iam:PassRole": "ECS asks for it where a task definition names roles",
  "sts:AssumeRole": "the SDK's credentials call it, where the configuration has assume_role",
};

/** The action that allows an operation. */
export function actionOf(name: OperationName): string {
  const { service, command } = operations[name];
  return `${service}:${command}`;
}
