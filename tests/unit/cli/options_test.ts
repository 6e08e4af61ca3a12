import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CliError } from "../../../src/cli/exit_codes.ts";
import { readText, requiredCluster, settingsOf } from "../../../src/cli/options.ts";

/** Settings of these options, with files and an environment. */
async function configOf(
  options: Parameters<typeof settingsOf>[1],
  files: Record<string, unknown> = {},
  environment: Record<string, string> = {},
) {
  const readFile = (path: string) =>
    path in files
      ? Promise.resolve(JSON.stringify(files[path]))
      : Promise.reject(new Error("no such file"));
  return (await settingsOf({ environment, readFile }, options)).config;
}

const file = {
  "plugin.json": {
    cluster: "prod",
    region: "us-east-1",
    profile: "ops",
    network_configuration: [{ aws_vpc_configuration: [{ subnets: ["subnet-1"] }] }],
    nomad: [{ token_file: "/etc/token" }],
  },
};

Deno.test("the file's options hold, and those of the command line win over them", async () => {
  const config = await configOf({ config: "plugin.json", profile: "mine" }, file);
  assertEquals([config.cluster, config.region, config.profile], ["prod", "us-east-1", "mine"]);
  assertEquals(config.network_configuration?.aws_vpc_configuration?.subnets, ["subnet-1"]);
  assertEquals(config.nomad?.token_file, "/etc/token");
  assertEquals(config.nomad?.address, "http://127.0.0.1:4646");
});

Deno.test("another cluster than the file's does not take the file's region", async () => {
  const options = {
    config: "plugin.json",
    cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/x",
  };
  assertEquals((await configOf(options, file)).region, "eu-west-1");
});

Deno.test("region and Nomad come from the environment where nothing else names them", async () => {
  const environment = { AWS_REGION: "eu-west-1", NOMAD_ADDR: "http://nomad:1", NOMAD_TOKEN: "t" };
  const config = await configOf({ cluster: "prod" }, {}, environment);
  assertEquals([config.region, config.nomad?.address, config.nomad?.token], [
    "eu-west-1",
    "http://nomad:1",
    "t",
  ]);
  assertEquals((await configOf({ cluster: "prod" })).nomad, undefined);
});

Deno.test("a role is assumed with its external id", async () => {
  const arn = "arn:aws:iam::123456789012:role/ops";
  const { assume_role } = await configOf({ cluster: "prod", assumeRole: arn, externalId: "ops-1" });
  assertEquals([assume_role?.role_arn, assume_role?.external_id], [arn, "ops-1"]);
});

Deno.test("what the plugin would refuse is refused, where it was given", async () => {
  const refused: [Parameters<typeof settingsOf>[1], Record<string, unknown>, string][] = [
    [{ region: "nowhere!" }, {}, "--region"],
    [{ config: "plugin.json" }, { "plugin.json": { clutser: "x" } }, "config.clutser"],
    [{ config: "plugin.json" }, {}, "cannot read plugin.json: no such file"],
    [{ nomadAddress: "nomad:4646" }, {}, "--nomad-address"],
  ];
  for (const [options, files, says] of refused) {
    await assertRejects(() => configOf(options, files), CliError, says);
  }
});

Deno.test("a command that needs a cluster says how to name one", async () => {
  const config = await configOf({});
  assertThrows(() => requiredCluster(config), CliError, "use --cluster");
});

Deno.test("a file that cannot be read is an error of the command line", async () => {
  const error = await assertRejects(
    () => readText(() => Promise.reject(new Error("denied")), "x"),
    CliError,
    "cannot read x: denied",
  );
  assertEquals(error.exitCode, 2);
});

Deno.test("a value that the plugin refuses is named by the option that gave it", async () => {
  const wrong: [Parameters<typeof settingsOf>[1], string][] = [
    [{ cluster: "prod", region: "mars" }, "--region must be an AWS region"],
    [{ cluster: "a b" }, "--cluster must be"],
    [{ cluster: "prod", assumeRole: "ops" }, "--assume-role must be an IAM role's ARN"],
    [{ cluster: "prod", nomadAddress: "ops" }, "--nomad-address must be http"],
  ];
  for (const [options, says] of wrong) {
    const { message } = await assertRejects(() => configOf(options), CliError);
    assertEquals(message.startsWith(says), true, message);
  }
  const files = { "plugin.json": { cluster: "prod", region: "mars" } };
  const { message } = await assertRejects(
    () => configOf({ config: "plugin.json" }, files),
    CliError,
  );
  assertEquals(message.startsWith("config.region must be"), true, message);
});

Deno.test("an external id without a role is refused", async () => {
  await assertRejects(
    () => configOf({ cluster: "prod", externalId: "ops-1" }),
    CliError,
    "--external-id needs --assume-role",
  );
});
