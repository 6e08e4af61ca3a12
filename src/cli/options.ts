/** The options that all commands have: the plugin block's own, by the same names. */
import type { ClusterRef } from "../aws/cluster_ref.ts";
import { describeProblems } from "../config/decode.ts";
import { nomadDefaults } from "../config/nomad_fields.ts";
import { type PluginConfig, pluginConfig } from "../config/plugin_config.ts";
import type { Problem } from "../config/schema.ts";
import { clusterOf } from "../driver/searched_clusters.ts";
import { createSettings, type Settings } from "../driver/settings.ts";
import { blocksAsNomad, pluginConfigIn, unknownNames } from "./config_file.ts";
import { CliError } from "./exit_codes.ts";
import type { Host } from "./host.ts";

/** What every command may be told. */
export type CommonOptions = {
  readonly config?: string;
  readonly cluster?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly endpoint?: string;
  readonly assumeRole?: string;
  readonly externalId?: string;
  readonly nomadAddress?: string;
  readonly nomadTokenFile?: string;
  readonly json?: boolean;
};

/** Each common option as the command line has it, and what it is. */
export const commonOptions: readonly (readonly [flags: string, text: string])[] = [
  [
    "--config <file>",
    "plugin block, or agent configuration, in JSON (of HCL: hcl2json a.hcl > a.json)",
  ],
  ["--cluster <name>", "ECS cluster, by name or ARN"],
  ["--region <region>", "AWS region (else AWS_REGION, or that of the cluster's ARN)"],
  ["--profile <name>", "profile of the AWS shared files (else AWS_PROFILE)"],
  ["--endpoint <url>", "URL of ECS (else AWS_ENDPOINT_URL_ECS)"],
  ["--assume-role <arn>", "IAM role that AWS is called through"],
  ["--external-id <id>", "external id that the role asks for"],
  ["--nomad-address <url>", "Nomad's HTTP API (else NOMAD_ADDR)"],
  ["--nomad-token-file <file>", "file with the ACL token (else NOMAD_TOKEN)"],
  ["--json", "print JSON"],
];

/**
 * The plugin configuration that the options, the file of `--config` and the environment make together;
 * an option wins over the file. Rejects with a `CliError` for what the plugin would refuse.
 */
export async function settingsOf(
  { environment, readFile }: Pick<Host, "environment" | "readFile">,
  options: CommonOptions,
): Promise<Settings> {
  const block = options.config === undefined ? {} : await readBlock(readFile, options.config);
  const raw: Record<string, unknown> = { ...block, enabled: true };
  for (const name of ["cluster", "region", "profile", "endpoint"] as const) {
    if (options[name] !== undefined) raw[name] = options[name];
  }
  // What the file says of another cluster's region is not meant for this one.
  if (options.cluster !== undefined && options.region === undefined) delete raw["region"];
  if (options.assumeRole === undefined && options.externalId !== undefined) {
    throw new CliError("--external-id needs --assume-role, whose role asks for it");
  }
  if (options.assumeRole !== undefined) {
    raw["assume_role"] = {
      role_arn: options.assumeRole,
      ...(options.externalId === undefined ? {} : { external_id: options.externalId }),
    };
  }
  const nomad = {
    ...(options.nomadAddress === undefined ? {} : { address: options.nomadAddress }),
    ...(options.nomadTokenFile === undefined ? {} : { token_file: options.nomadTokenFile }),
  };
  const asksNomad = Object.keys(nomad).length > 0 || (environment["NOMAD_ADDR"] ?? "") !== "";
  if (asksNomad || raw["nomad"] !== undefined) {
    raw["nomad"] = { ...(raw["nomad"] as object | undefined), ...nomad };
  }
  const problems: Problem[] = [];
  const decoded = pluginConfig.decode(raw, "config", problems);
  if (problems.length > 0) {
    const named = problems.map((problem) => ({ ...problem, path: placeOf(problem.path, options) }));
    throw new CliError(describeProblems(named));
  }
  return createSettings(decoded, {
    region: environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || undefined,
    nomad: nomadDefaults(environment),
  });
}

/** The options whose values go into the plugin configuration, by their path in it. */
const optionOfPath: Readonly<Record<string, readonly [name: keyof CommonOptions, flag: string]>> = {
  "config.cluster": ["cluster", "--cluster"],
  "config.region": ["region", "--region"],
  "config.profile": ["profile", "--profile"],
  "config.endpoint": ["endpoint", "--endpoint"],
  "config.assume_role.role_arn": ["assumeRole", "--assume-role"],
  "config.assume_role.external_id": ["externalId", "--external-id"],
  "config.nomad.address": ["nomadAddress", "--nomad-address"],
  "config.nomad.token_file": ["nomadTokenFile", "--nomad-token-file"],
};

/** Where a value was given: the option's flag, or its path in the file. */
function placeOf(path: string, options: CommonOptions): string {
  const [name, flag] = optionOfPath[path] ?? [];
  return name === undefined || flag === undefined || options[name] === undefined ? path : flag;
}

/** The cluster that the settings name. Throws a `CliError` where they name none. */
export function requiredCluster(config: PluginConfig): ClusterRef {
  const cluster = clusterOf(config);
  if (cluster === undefined) {
    throw new CliError("no cluster: use --cluster, or --config with a file that names one");
  }
  return cluster;
}

async function readBlock(
  readFile: Host["readFile"],
  path: string,
): Promise<Record<string, unknown>> {
  const value = pluginConfigIn(await readText(readFile, path), path);
  const block = blocksAsNomad(pluginConfig.shape, value);
  if (typeof block !== "object" || block === null || Array.isArray(block)) {
    throw new CliError(`${path}: config must be one block`);
  }
  const unknown = unknownNames(pluginConfig.shape, block, "config");
  if (unknown.length > 0) {
    throw new CliError(`${path}: the plugin has no option ${unknown.join(", ")}`);
  }
  return block as Record<string, unknown>;
}

/** The text of a file that the command line names. Rejects with a `CliError`. */
export async function readText(readFile: Host["readFile"], path: string): Promise<string> {
  try {
    return await readFile(path);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotCapable
      ? "this program is built so that it cannot read files of passwords and keys"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new CliError(`cannot read ${path}: ${why}`, undefined, { cause });
  }
}
