import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { FingerprintResponse } from "../../../src/gen/hashicorp/nomad/plugins/drivers/proto/driver.ts";
import { configure } from "../../harness/driver_calls.ts";
import { serveHttp } from "../../harness/http.ts";
import { call, pluginPath, startPlugin } from "../../harness/plugin.ts";

const { version } = JSON.parse(
  await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
);

Deno.test("the version of deno.json is what the command line tells", async () => {
  const { stdout } = await new Deno.Command(pluginPath, { args: ["--version"] }).output();
  assertEquals(new TextDecoder().decode(stdout), `nomad-driver-ecs ${version}\n`);
});

Deno.test("the version of deno.json is what Nomad and AWS are told", async () => {
  const agent = Promise.withResolvers<string>();
  const aws = await serveHttp((request, response) => {
    agent.resolve(request.headers["user-agent"] ?? "");
    request.resume();
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({
      clusters: [{
        clusterArn: "arn:aws:ecs:us-east-1:000000000000:cluster/nomad-remote-driver-demo",
        clusterName: "nomad-remote-driver-demo",
        status: "ACTIVE",
      }],
    }));
  });
  const plugin = await startPlugin({
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_ENDPOINT_URL_ECS: aws.endpoint,
  });
  const connection = plugin.connect();
  try {
    const { base, driver } = connection;
    assertEquals((await call(base, base.pluginInfo, {})).pluginVersion, version);
    await configure(connection);
    const told = Promise.withResolvers<string>();
    const stream = driver.fingerprint({});
    stream.on("error", told.reject);
    stream.on("data", ({ attributes, healthDescription }: FingerprintResponse) => {
      const value = attributes["driver.ecs.version"]?.value;
      if (value?.$case === "stringVal") told.resolve(value.value);
      else told.reject(new Error(healthDescription));
    });
    assertEquals(await told.promise, version);
    stream.removeAllListeners("error").on("error", () => {}); // the connection is closed below
    assertStringIncludes(await agent.promise, `nomad-driver-ecs/${version}`);
  } finally {
    connection.close();
    await plugin.close();
    aws.close();
  }
  assert(/^\d+\.\d+\.\d+$/.test(version));
});
