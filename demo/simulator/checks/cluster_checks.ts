import { invalidParameter } from "../request/aws_error.ts";
import { type Input, object, objects, optionalString, strings, word } from "../request/input.ts";
import { type InsightsSetting, insightsSettings } from "../state/model.ts";
import { checkProviders, checkStrategy, fargateProviders } from "./strategy_checks.ts";

/** Checks what a request says of a cluster, other than its name and its tags. */
export function checkCluster(input: Input): void {
  const providers = strings(input, "capacityProviders");
  checkProviders(providers, fargateProviders);
  checkStrategy(objects(input, "defaultCapacityProviderStrategy"), providers);
  insightsOf(input);
  checkExec(object(object(input, "configuration") ?? {}, "executeCommandConfiguration") ?? {});
  const namespace = optionalString(object(input, "serviceConnectDefaults") ?? {}, "namespace");
  const right = /^(arn:aws[a-z-]*:servicediscovery:[^<>"]+|[^<>"\/]{0,1024})$/;
  if (namespace !== undefined && !right.test(namespace)) {
    throw invalidParameter(`The namespace '${namespace}' is not valid.`);
  }
}

/** The setting `containerInsights` of a request, which is the only setting of a cluster. */
export function insightsOf(input: Input): InsightsSetting | undefined {
  let insights: InsightsSetting | undefined;
  for (const { name, value } of objects(input, "settings")) {
    if (name !== "containerInsights") throw invalidParameter("Invalid setting 'name'");
    insights = insightsSettings.find((known) => known === value);
    if (insights === undefined) throw invalidParameter("Invalid setting 'value'");
  }
  return insights;
}

function checkExec(exec: Input): void {
  const logging = word(exec, "logging", ["NONE", "DEFAULT", "OVERRIDE"]);
  const logs = object(exec, "logConfiguration");
  if (logs !== undefined && logging !== "OVERRIDE") {
    throw invalidParameter(
      "You must set logging to 'OVERRIDE' when you supply a log configuration.",
    );
  }
  if (logs === undefined && logging === "OVERRIDE") {
    throw invalidParameter(
      "You must supply a log configuration when you set logging to 'OVERRIDE'.",
    );
  }
}
