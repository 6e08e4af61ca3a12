import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { ChannelCredentials } from "@grpc/grpc-js";
import { freePort } from "../../../demo/lib/free_port.ts";
import { eventually } from "../../../demo/lib/process.ts";
import { call, pluginPath, startPlugin } from "../../harness/plugin.ts";
import { failureOf } from "../../harness/driver_calls.ts";
import { selfSigned } from "../../harness/certificate.ts";

Deno.test("started by a person, the program says what it is", async () => {
  const home = await Deno.makeTempDir(); // a Deno that runs the bundle keeps its cache there
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(pluginPath, {
      args,
      cwd: "/",
      clearEnv: true,
      env: { HOME: home, PATH: "/usr/bin:/bin" },
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  };
  const bare = await run();
  assertEquals([bare.code, bare.stdout], [2, ""]);
  assertStringIncludes(bare.stderr, "plugin_dir");
  const version = await run("--version");
  assertEquals(version.code, 0);
  assertMatch(version.stdout, /^nomad-driver-ecs \d+\.\d+\.\d+\n$/);
  const help = await run("--help");
  assertEquals([help.code, help.stderr], [0, ""]);
  const odd = await run("--frobnicate");
  assertEquals(odd.code, 2);
  assertStringIncludes(odd.stderr, "--frobnicate");
  await Deno.remove(home, { recursive: true });
});

Deno.test("a host is served on a socket that nobody else reaches", async () => {
  const plugin = await startPlugin();
  try {
    const [core, app, network, path = "", protocol, ...more] = plugin.handshake;
    assertEquals([core, app, network, protocol, more.length], ["1", "2", "unix", "grpc", 0]);
    assertEquals(((await Deno.stat(dirname(path))).mode ?? 0) & 0o777, 0o700);
    const connection = plugin.connect();
    const { status } = await call(connection.health, connection.health.check, {
      service: "plugin",
    });
    assertEquals(status, 1);
    connection.close();
  } finally {
    await plugin.close();
  }
});

Deno.test("Shutdown is answered, and ends the process with nothing left behind", async () => {
  const plugin = await startPlugin();
  const { controller, stdio, broker, close } = plugin.connect();
  const open = stdio.streamStdio({});
  open.on("error", () => {});
  const brokered = broker.startStream();
  brokered.on("error", () => {});
  assertEquals(await call(controller, controller.shutdown, {}), {});
  assertEquals((await plugin.status).code, 0);
  assertEquals(await plugin.rest(), "", "standard output holds the handshake alone");
  assertEquals(await exists(dirname(plugin.handshake[3] ?? "")), false);
  close();
  await plugin.close();
});

Deno.test("SIGINT is the host's to act on, and SIGTERM ends the process in order", async () => {
  const plugin = await startPlugin();
  const connection = plugin.connect();
  plugin.kill("SIGINT");
  await call(connection.health, connection.health.check, { service: "plugin" });
  plugin.kill("SIGTERM");
  assertEquals((await plugin.status).code, 0);
  assertEquals(await exists(dirname(plugin.handshake[3] ?? "")), false);
  for (const line of plugin.logs()) {
    assert(typeof line["@level"] === "string" && typeof line["@message"] === "string");
  }
  connection.close();
  await plugin.close();
});

Deno.test("the socket is made where the host wants it, for the group it names", async () => {
  const folder = await Deno.makeTempDir();
  const gid = Deno.gid() ?? 0;
  const plugin = await startPlugin({
    PLUGIN_UNIX_SOCKET_DIR: folder,
    PLUGIN_UNIX_SOCKET_GROUP: String(gid),
  });
  try {
    const path = plugin.handshake[3] ?? "";
    assertStringIncludes(path, folder);
    const { mode, gid: owner } = await Deno.stat(path);
    assertEquals([(mode ?? 0) & 0o777, owner], [0o660, gid]);
  } finally {
    plugin.kill("SIGTERM");
    await plugin.status;
    await plugin.close();
    assertEquals([...Deno.readDirSync(folder)], []);
    await Deno.remove(folder);
  }
});

Deno.test("streams stay open, and a dropped connection ends neither process nor service", async () => {
  const plugin = await startPlugin();
  try {
    for (let round = 0; round < 5; round++) {
      const { stdio, broker, health, driver, close } = plugin.connect();
      const streams = [
        stdio.streamStdio({}),
        broker.startStream(),
        driver.fingerprint({}),
        driver.taskEvents({}),
      ];
      let ended = 0;
      for (const stream of streams) {
        stream.on("error", () => {});
        stream.on("end", () => ended++);
        stream.resume();
      }
      await call(health, health.check, { service: "plugin" });
      assertEquals(ended, 0);
      close();
      for (const stream of streams) stream.cancel();
    }
    const last = plugin.connect();
    await call(last.health, last.health.check, { service: "plugin" });
    last.close();
  } finally {
    await plugin.close();
  }
});

Deno.test("AutoMTLS: the host's certificate is required, and the plugin shows its own", async () => {
  const host = await selfSigned();
  const plugin = await startPlugin({
    PLUGIN_CLIENT_CERT: host.certificate,
    PLUGIN_MULTIPLEX_GRPC: "true",
  });
  try {
    const [, , , , , raw = "", multiplex] = plugin.handshake;
    assertEquals(multiplex, "false");
    assertEquals(raw.endsWith("="), false);
    const own = `-----BEGIN CERTIFICATE-----\n${
      Buffer.from(raw, "base64").toString("base64").replace(/(.{64})/g, "$1\n")
    }\n-----END CERTIFICATE-----\n`;
    const credentials = ({ key, certificate }: { key: string; certificate: string }) =>
      ChannelCredentials.createSsl(Buffer.from(own), Buffer.from(key), Buffer.from(certificate));
    const check = async (using: ChannelCredentials) => {
      const { health, close } = plugin.connect(using);
      try {
        return await call(health, health.check, { service: "plugin" });
      } finally {
        close();
      }
    };
    assertEquals((await check(credentials(host))).status, 1);
    await failureOf(check(credentials(await selfSigned())));
    await failureOf(check(ChannelCredentials.createSsl(Buffer.from(own))));
    await failureOf(check(ChannelCredentials.createInsecure()));
  } finally {
    await plugin.close();
  }
});

Deno.test("every signal that ends the process leaves nothing behind", async () => {
  const signals = ["SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXCPU"] as const;
  await Promise.all(signals.map(async (signal) => {
    const plugin = await startPlugin();
    plugin.kill(signal);
    assertEquals((await plugin.status).code, 0, signal);
    assertEquals(await exists(dirname(plugin.handshake[3] ?? "")), false, signal);
    await plugin.close();
  }));
});

Deno.test("a socket whose process ran out of descriptors accepts again once there are some", async () => {
  await withScript("ulimit -n 60", async (executable) => {
    const plugin = await startPlugin({}, { executable });
    const path = plugin.handshake[3] ?? "";
    const before = plugin.connect();
    try {
      const check = ({ health }: typeof before) =>
        call(health, health.check, { service: "plugin" });
      await check(before);
      const crowd = await Promise.all(
        Array.from({ length: 60 }, () => Deno.connect({ transport: "unix", path })),
      );
      await check(before);
      for (const connection of crowd) connection.close();
      const again = "new connections are accepted again";
      await eventually(
        again,
        () => plugin.logs().some((line) => line["@message"] === again) || undefined,
      );
      const after = plugin.connect();
      assertEquals((await check(after)).status, 1);
      assertEquals((await check(before)).status, 1);
      after.close();
    } finally {
      before.close();
      await plugin.close();
    }
  });
});

Deno.test("a | in the path of the temporary folder does not break the handshake", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/a|b`);
  const plugin = await startPlugin({ PLUGIN_UNIX_SOCKET_DIR: "", TMPDIR: `${folder}/a|b` });
  try {
    const [core, app, network, , protocol, ...more] = plugin.handshake;
    assertEquals([core, app, network, protocol, more.length], ["1", "2", "unix", "grpc", 0]);
    const { health, close } = plugin.connect();
    assertEquals((await call(health, health.check, { service: "plugin" })).status, 1);
    close();
    plugin.kill("SIGTERM");
    await plugin.status;
  } finally {
    await plugin.close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("options for Node.js in the agent's environment open no inspector and load no module", async () => {
  const folder = await Deno.makeTempDir();
  const module = `${folder}/module.cjs`;
  await Deno.writeTextFile(module, `require("node:fs").writeFileSync("${folder}/loaded", "");`);
  const port = freePort();
  const plugin = await startPlugin({
    NODE_OPTIONS: `--inspect=127.0.0.1:${port} --require ${module}`,
  });
  try {
    await assertRejects(() => Deno.connect({ hostname: "127.0.0.1", port }));
    assertEquals(await exists(`${folder}/loaded`), false);
  } finally {
    await plugin.close();
    await Deno.remove(folder, { recursive: true });
  }
});

/** Has the plugin started by a shell that does something first. */
async function withScript(first: string, use: (executable: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    const script = `${folder}/nomad-driver-ecs`;
    await Deno.writeTextFile(script, `#!/bin/sh\n${first}\nexec '${pluginPath}' "$@"\n`);
    await Deno.chmod(script, 0o755);
    await use(script);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
