import { assertEquals, assertStringIncludes } from "@std/assert";
import { magicCookie } from "../../../src/plugin/environment.ts";
import { pluginPath } from "../../harness/plugin.ts";

/** Starts the plugin as a host does and waits for its end. */
async function run(env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(pluginPath, {
    env: { [magicCookie.name]: magicCookie.value, ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const failures: Record<string, { env: Record<string, string>; says: string }> = {
  "a group that there is not": {
    env: { PLUGIN_UNIX_SOCKET_GROUP: "no-such-group" },
    says: "PLUGIN_UNIX_SOCKET_GROUP=no-such-group",
  },
  "a folder that there is not": {
    env: { PLUGIN_UNIX_SOCKET_DIR: "/no/such/folder" },
    says: "/no/such/folder",
  },
  "a certificate that is none": {
    env: { PLUGIN_CLIENT_CERT: "garbage" },
    says: "PLUGIN_CLIENT_CERT holds no certificate",
  },
  "another protocol version": {
    env: { PLUGIN_PROTOCOL_VERSIONS: "1" },
    says: "this plugin speaks 2",
  },
};
for (const [name, { env, says }] of Object.entries(failures)) {
  Deno.test(`a plugin that cannot be served ends, and says why: ${name}`, async () => {
    const { code, stdout, stderr } = await run(env);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, says);
    for (const line of stderr.trim().split("\n")) JSON.parse(line);
  });
}
