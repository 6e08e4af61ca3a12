import { assertEquals } from "@std/assert";
import { type Allocation, startAgent } from "../../demo/lib/nomad.ts";
import { eventually } from "../../demo/lib/process.ts";
import { startSimulatorProcess } from "../../demo/lib/simulator.ts";
import { commands, fenced, type Page, pages, quoted } from "../harness/markdown.ts";
import { pluginPath } from "../harness/plugin.ts";
import { nomadVersion } from "./harness/site.ts";

const nomad = Deno.env.get("NOMAD_EXECUTABLE") ?? "";
const all = await pages();

/** Runs Nomad's command line with this standard input. */
async function run(args: string[], input = ""): Promise<{ code: number; output: string }> {
  const child = new Deno.Command(nomad, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {}); // some commands read nothing
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test(`Nomad ${nomadVersion} parses each block of HCL in the documentation, which is formatted`, async () => {
  const wrong: string[] = [];
  for (const page of all) {
    for (const block of fenced(page, "hcl")) {
      const { code, output } = await run(["fmt", "-check", "-"], block);
      if (code !== 0) wrong.push(`${page.path}: ${output}\n${block}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test(`Nomad ${nomadVersion} finds each job in the documentation valid`, async () => {
  const wrong: string[] = [];
  for (const { page, job } of jobs()) {
    const { code, output } = await run(["job", "validate", "-"], job);
    if (code !== 0) wrong.push(`${page.path}: ${output}`);
  }
  assertEquals(wrong, []);
});

Deno.test(`Nomad ${nomadVersion} has each command and flag that the documentation tells to type`, async () => {
  const typed = new Set(
    all.flatMap((page) =>
      [...commands(page), ...quoted(page)].flatMap((line) =>
        line.split(/&&|;|\|/).map((part) => part.trim()).filter((part) => /^nomad [a-z]/.test(part))
      )
    ),
  );
  const wrong: string[] = [];
  for (const line of typed) {
    const words = line.split(/\s+/).slice(1);
    const end = words.findIndex((word) => !/^[a-z]+$/.test(word));
    const names = (end < 0 ? words : words.slice(0, end)).slice(0, 3);
    let help = "";
    // The last words may be arguments: `nomad job status web`.
    for (let count = names.length; count > 0 && help === ""; count--) {
      const { output } = await run([...names.slice(0, count), "-h"]);
      if (output.startsWith(`Usage: nomad ${names.slice(0, count).join(" ")} `)) help = output;
    }
    const flags = words.filter((word) => /^-[a-z]/.test(word));
    const unknown = flags.filter((flag) => !help.includes(flag.replace(/=.*/, "")));
    if (help === "" || unknown.length > 0) wrong.push(`${line}: ${unknown}`);
  }
  assertEquals(wrong, []);
});

Deno.test(`Nomad ${nomadVersion} runs getting started as it is written`, async () => {
  const page = all.find(({ path }) => path === "docs/getting-started.md");
  const [config = "", job = ""] = page === undefined ? [] : fenced(page, "hcl");
  const folder = await Deno.makeTempDir({ prefix: "nomad-ecs-e2e-" });
  await using ends = new AsyncDisposableStack();
  ends.defer(() => Deno.remove(folder, { recursive: true }));
  const ecs = await startSimulatorProcess({ folder, speed: 20 });
  ends.defer(ecs.end);
  const server = await startAgent({
    nomad,
    name: "server",
    folder: `${folder}/server`,
    role: { kind: "server" },
    env: {},
  });
  ends.defer(server.dispose);
  // The cluster's name is all that a reader has to change.
  await Deno.writeTextFile(
    `${folder}/client.hcl`,
    config.replace("my-cluster", "nomad-remote-driver-demo"),
  );
  await Deno.writeTextFile(`${folder}/hello.nomad.hcl`, job);
  const client = await startAgent({
    nomad,
    name: "client",
    folder: `${folder}/client`,
    role: { kind: "client", server: server.rpc, plugin: pluginPath },
    env: ecs.env,
    configFiles: [`${folder}/client.hcl`],
  });
  ends.defer(client.dispose);
  await client.node();
  const { code, output } = await server.cli("job", "run", "-detach", `${folder}/hello.nomad.hcl`);
  assertEquals(code, 0, output);
  const ended = await eventually("the job ends", async () => {
    const found = await server.api<Allocation[]>("/job/hello/allocations");
    return found.find(({ ClientStatus }) => /complete|failed/.test(ClientStatus));
  });
  assertEquals(ended.ClientStatus, "complete");
  const [task] = await ecs.tasks();
  assertEquals(task?.output["hello"]?.stdout, "hello from ECS\n");
});

function jobs(): { page: Page; job: string }[] {
  return all.flatMap((page) =>
    fenced(page, "hcl").filter((block) => /^job "/m.test(block)).map((job) => ({ page, job }))
  );
}
