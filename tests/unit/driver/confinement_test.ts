import { assertEquals, assertStringIncludes } from "@std/assert";
import { encode } from "@msgpack/msgpack";
import { decodePluginConfig } from "../../../src/config/mod.ts";
import { confine } from "../../../src/driver/confinement.ts";
import type { Driver } from "../../../src/driver/contract.ts";
import { logTo } from "../../simulation/stage.ts";
import type { TaskIdentity } from "../../../src/driver/driver.ts";

const allocId = "6f9f4a3e-0000-4000-8000-000000000002";
const task: TaskIdentity = {
  id: `${allocId}/web/00000001`,
  name: "web",
  allocId,
  namespace: "default",
  jobId: "job",
  group: "group",
  nodeId: "6f9f4a3e-0000-4000-8000-000000000001",
};

/** A confined driver, what its power was asked for, what it passed on, and what it logged as an error. */
function confined({ nomadAddress }: { nomadAddress?: string } = {}) {
  const asked: string[] = [];
  const passed: string[] = [];
  const errors: string[] = [];
  let isDropped = false;
  const stub = {
    configure: () => passed.push("configure"),
    start: () => {
      passed.push("start");
      return Promise.reject(new Error("no start here"));
    },
    recover: () => passed.push("recover"),
  };
  const driver = confine(stub as unknown as Driver, {
    power: {
      keep: (path) => {
        if (!isDropped) asked.push(`keep ${path}`);
        return !isDropped || asked.includes(`keep ${path}`);
      },
      drop: () => {
        isDropped = true;
        asked.push("drop");
      },
    },
    kept: () => ["/run/plugin"],
    nomadAddress,
    log: logTo((text) => errors.push(text), "confinement"),
  });
  const recover = (allocDir: string | undefined) =>
    driver.recover(task, { version: 1, state: new Uint8Array() }, { allocDir });
  const configure = (config: Record<string, unknown>) =>
    driver.configure(decodePluginConfig(encode(config)));
  return { driver, asked, passed, errors, recover, configure };
}

Deno.test("the first allocation leaves the power to write to allocations and to what was kept", () => {
  const { recover, asked, passed, errors } = confined();
  recover(`/opt/nomad/alloc/${allocId}`);
  recover(`/opt/nomad/alloc/${allocId}`);
  assertEquals(asked, ["keep /opt/nomad/alloc", "keep /run/plugin", "drop"]);
  assertEquals([passed, errors], [["recover", "recover"], []]);
});

Deno.test("a start confines too, and its answer is the driver's", async () => {
  const { driver, asked } = confined();
  const request = {
    config: new Uint8Array(),
    env: {},
    ports: [],
    resources: { cpu: 0, memory: 0 },
    allocDir: `/alloc/${allocId}`,
  };
  const answer = driver.start(task, request, new AbortController().signal);
  assertEquals(await answer.catch(({ message }) => message), "no start here");
  assertEquals(asked, ["keep /alloc", "keep /run/plugin", "drop"]);
});

for (const allocDir of [undefined, "/", `/${allocId}`, "/opt/other", `relative/${allocId}`]) {
  Deno.test(`a directory that is no allocation's as Nomad has them confines nothing: ${allocDir}`, () => {
    const { recover, asked, passed } = confined();
    recover(allocDir);
    assertEquals([asked, passed], [[], ["recover"]]);
  });
}

Deno.test("the socket of Nomad's API is kept, as the plugin block or the environment names it", () => {
  const named = confined({ nomadAddress: "unix:///run/default.sock" });
  named.configure({ nomad: { address: "unix:///run/nomad.sock" } });
  named.recover(`/alloc/${allocId}`);
  assertEquals(named.asked, ["keep /alloc", "keep /run/plugin", "keep /run/nomad.sock", "drop"]);

  const unnamed = confined({ nomadAddress: "unix:///run/default.sock" });
  unnamed.configure({ nomad: {} });
  unnamed.recover(`/alloc/${allocId}`);
  assertEquals(unnamed.asked.includes("keep /run/default.sock"), true);
});

Deno.test("what comes too late to be kept is logged with what to do, and passed on", () => {
  const { recover, configure, errors, passed } = confined();
  recover(`/alloc/${allocId}`);
  recover(`/elsewhere/${allocId}`);
  configure({ nomad: { address: "unix:///run/nomad.sock" } });
  assertEquals(errors.length, 2);
  for (const [index, path] of ["/elsewhere", "/run/nomad.sock"].entries()) {
    assertStringIncludes(errors[index] ?? "", `"path":"${path}","writable":"/alloc","fix":"stop`);
  }
  assertEquals(passed, ["recover", "recover", "configure"]);
});
