import { encode } from "@msgpack/msgpack";
import { assert, assertEquals } from "@std/assert";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { nomadDefaults } from "../../../src/config/nomad_fields.ts";

Deno.test("without a nomad block there is none, and an empty one turns it on", () => {
  const nomadOf = (config: Record<string, unknown>) => {
    const decoded = decodePluginConfig(encode({ cluster: "web", ...config }));
    assert(decoded.kind === "ok", JSON.stringify(decoded));
    return decoded.value.nomad;
  };
  assertEquals(nomadOf({}), undefined);
  assertEquals(nomadOf({ nomad: null }), undefined);
  assert(nomadOf({ nomad: {} }) !== undefined);
  assertEquals(
    nomadOf({ nomad: { address: "unix:///run/nomad.sock" } })?.address,
    "unix:///run/nomad.sock",
  );
});

Deno.test("an address that is none is refused by its path, and does not show what it holds", () => {
  const decoded = decodePluginConfig(
    encode({ cluster: "web", nomad: { address: "https://me:s3cret@nomad.example" } }),
  );
  assert(decoded.kind === "invalid");
  const [problem] = decoded.problems;
  assert(problem !== undefined);
  assert(problem.path.endsWith("nomad.address"), problem.path);
  assert(!problem.text.includes("s3cret"), problem.text);
  assert(problem.text.includes("http://host:port"), problem.text);
});

Deno.test("the agent's variables stand for options, and an empty one for nothing", () => {
  assertEquals(
    nomadDefaults({
      NOMAD_ADDR: "https://nomad.example",
      NOMAD_TOKEN: "t",
      NOMAD_CACERT: "/ca.pem",
      NOMAD_CLIENT_CERT: "",
      NOMAD_REGION: "global",
    }),
    { address: "https://nomad.example", token: "t", ca_file: "/ca.pem" },
  );
});
