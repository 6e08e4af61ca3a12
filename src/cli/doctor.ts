/** `doctor`: each prerequisite of the driver, whether it is met, and how to meet it. */
import type { ClusterRef } from "../aws/cluster_ref.ts";
import { count } from "../config/show.ts";
import type { PluginConfig } from "../config/plugin_config.ts";
import { type Check, skip } from "./doctor/check.ts";
import { checkCluster } from "./doctor/cluster_checks.ts";
import { checkDefinition, checkTask } from "./doctor/exec_checks.ts";
import { checkIdentity } from "./doctor/identity_checks.ts";
import { checkNomad } from "./doctor/nomad_checks.ts";
import { checkPassRole } from "./doctor/pass_role_check.ts";
import { checkPermissions, untried } from "./doctor/permission_checks.ts";
import { checkProxy } from "./doctor/proxy_check.ts";
import { exitCodes } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { featuresOf, type PolicyOptions } from "./iam_policy.ts";
import { requiredCluster, settingsOf } from "./options.ts";
import { type Session, withSession } from "./session.ts";
import { type Colour, hasColours, painterOf, tableOf } from "./style.ts";

/** What the doctor may be told, besides the common options. */
export type DoctorOptions = PolicyOptions & {
  /** An ECS task to run commands in, by id or ARN. */
  readonly task?: string;
  /** A task definition that jobs run, by family, revision or ARN. */
  readonly definition?: string;
  /** Namespace of the jobs that use the driver. */
  readonly namespace?: string;
};

/** The plugin configuration, and the cluster that it names. */
type Examined = { readonly config: PluginConfig; readonly cluster: ClusterRef };

/** Prints what it finds. Resolves to 1 where a prerequisite is not met. */
export async function doctor(host: Host, options: DoctorOptions): Promise<number> {
  const settings = await settingsOf(host, options);
  const { config } = settings;
  const cluster = requiredCluster(config);
  const checks = await withSession(
    host,
    settings,
    (session) => examine(host, session, { config, cluster }, options),
  );
  await host.stdout.write(
    options.json === true
      ? JSON.stringify({ checks, notTried: untried }, undefined, 2) + "\n"
      : textOf(host, checks),
  );
  return checks.some(({ status }) => status === "fail") ? exitCodes.found : exitCodes.ok;
}

async function examine(
  host: Host,
  session: Session,
  { config, cluster }: Examined,
  options: DoctorOptions,
): Promise<Check[]> {
  const { signal } = host;
  const proxy = checkProxy(host.environment);
  const { checks: identityChecks, identity } = await checkIdentity(host, cluster, config.endpoint);
  const nomad = await checkNomad(session.nomad, options.namespace ?? "default", signal);
  if (identity === undefined) {
    const rest = skip("cluster, permissions", "they need credentials that AWS takes");
    return [...identityChecks, proxy, rest, ...nomad];
  }
  return [
    ...identityChecks,
    proxy,
    ...await examineAws(host, session, { config, cluster }, options, identity.arn),
    ...nomad,
  ];
}

async function examineAws(
  host: Host,
  { caller }: Session,
  { config, cluster }: Examined,
  options: DoctorOptions,
  identity: string,
): Promise<Check[]> {
  const { signal } = host;
  const features = featuresOf(config, options);
  const { checks, clusterArn, kmsKey } = await checkCluster(caller, cluster, features, signal);
  if (clusterArn === undefined) {
    return [...checks, skip("permissions", "they are for tasks of the cluster")];
  }
  if (kmsKey !== undefined && config.exec) features.add("exec-keys");
  else features.delete("exec-keys");
  const family = options.definition?.replace(/^arn:[^/]*\//, "").replace(/:[0-9]+$/, "");
  const permissions = await checkPermissions(caller, {
    cluster: cluster.name,
    clusterArn,
    features,
    family,
    logGroup: config.logs ? config.log_group : undefined,
    kmsKey,
  }, signal);
  const task = options.task === undefined
    ? undefined
    : await checkTask(caller, { cluster, clusterArn }, options.task, signal);
  const definition = options.definition ?? task?.definition;
  const described = definition === undefined
    ? { checks: [], roles: [] }
    : await checkDefinition(caller, definition, signal);
  const { region, role, profile } = cluster;
  const passRole = await checkPassRole(
    host,
    { region, role, profile, endpoint: config.endpoint },
    { arn: identity, roles: described.roles },
  );
  return [
    ...checks,
    ...permissions,
    passRole,
    ...task?.checks ?? [],
    ...described.checks,
  ];
}

const colours: { readonly [S in Check["status"]]: Colour } = {
  ok: "green",
  warn: "yellow",
  fail: "red",
  skip: "dim",
};

function textOf({ stdout, environment }: Host, checks: readonly Check[]): string {
  const paint = painterOf(hasColours(stdout, environment));
  const table = tableOf(
    ["CHECK", "STATUS", "FOUND"],
    checks.map(({ name, status, detail }) => [
      name,
      { text: status, colour: colours[status] },
      detail,
    ]),
    paint,
  );
  const fixes = checks.flatMap(({ name, status, fix }) =>
    fix === undefined ? [] : [`${paint(colours[status], status)}  ${name}: ${fix}\n`]
  );
  const those = (status: Check["status"]) =>
    checks.filter((check) => check.status === status).length;
  return table + (fixes.length === 0 ? "" : `\nWhat to do:\n${fixes.join("")}`) +
    `\n${those("ok")} ok, ${count(those("warn"), "warning", "warnings")}, ` +
    `${count(those("fail"), "failure", "failures")}. ` +
    `Not tried: ${
      Object.entries(untried).map(([action, why]) => `${action} (${why})`).join(", ")
    }.\n`;
}
