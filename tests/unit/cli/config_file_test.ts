import { assertEquals, assertThrows } from "@std/assert";
import {
  blocksAsNomad,
  parse,
  pluginConfigIn,
  unknownNames,
} from "../../../src/cli/config_file.ts";
import { CliError } from "../../../src/cli/exit_codes.ts";
import { block, blocks, bool, list, map, string } from "../../../src/config/schema.ts";

const config = { cluster: "prod" };

Deno.test("the plugin block is found in an agent's configuration, alone, and as HCL's tools write it", () => {
  const texts = [
    config,
    { plugin: { "nomad-driver-ecs": { config } } },
    { plugin: { "nomad-driver-ecs": [{ config: [config] }] }, client: [{ enabled: true }] },
    { plugin: [{ docker: [{}] }, { "nomad-driver-ecs": [{ config: [config] }] }], client: {} },
  ];
  for (const text of texts) {
    assertEquals(pluginConfigIn(JSON.stringify(text), "agent.json"), config);
  }
  assertEquals(pluginConfigIn('{"plugin": {"nomad-driver-ecs": {}}}', "agent.json"), {});
});

Deno.test("a file without the plugin's block, HCL, and what is no JSON are refused without their text", () => {
  const texts: [string, string][] = [
    ['{"plugin": {"docker": {}}}', 'must hold a block plugin "nomad-driver-ecs"'],
    [
      'plugin "nomad-driver-ecs" {\n  config { token = "hush" }\n}',
      "is HCL, and must be JSON: hcl2json",
    ],
    ['{"token": "hush"', "must be JSON"],
    ['["hush"]', "must hold a JSON object"],
  ];
  for (const [text, says] of texts) {
    const { message } = assertThrows(() => pluginConfigIn(text, "agent.json"), CliError, says);
    assertEquals(message.includes("hush"), false);
  }
  assertEquals(parse("\uFEFF{}", "bom.json", "mend it"), {});
});

const shape = block("", {
  network: block("", { subnets: list("", { secret: false }), public: bool("") }),
  container: blocks("", { name: string("", { secret: false }) }),
}).shape;

Deno.test("blocks are as Nomad hands them over, in a list or not", () => {
  const wanted = { network: { subnets: ["a"] }, container: [{ name: "web" }] };
  assertEquals(blocksAsNomad(shape, wanted), wanted);
  assertEquals(
    blocksAsNomad(shape, { network: [{ subnets: ["a"] }], container: { name: "web" } }),
    wanted,
  );
  assertEquals(blocksAsNomad(shape, [wanted]), wanted);
  assertEquals(blocksAsNomad(shape, undefined), undefined);
});

Deno.test("values are of the option's type, as HCL takes them", () => {
  const typed = block("", {
    cpu: string("", { secret: false }),
    open: bool(""),
    names: list("", { secret: false }),
    tags: map("", { secret: false }),
  }).shape;
  assertEquals(
    blocksAsNomad(typed, { cpu: 256, open: "true", names: ["a", 1], tags: [{ n: 1 }] }),
    { cpu: "256", open: true, names: ["a", "1"], tags: { n: "1" } },
  );
  const wrong = { cpu: ["256"], open: "maybe", names: "a", tags: "b" };
  assertEquals(blocksAsNomad(typed, wrong), wrong);
});

Deno.test("names that a block does not have are told by their paths", () => {
  const value = { netwrk: 1, network: { subnet: [] }, container: [{}, { nam: "web" }] };
  assertEquals(unknownNames(shape, value, "config"), [
    "config.netwrk",
    "config.network.subnet",
    "config.container[1].nam",
  ]);
});
