import { assertEquals } from "@std/assert";
import { commands, fenced, type Page, pages, quoted } from "../harness/markdown.ts";
import { runNomad } from "./harness/cli.ts";
import { isOver, nomadVersion, withSite } from "./harness/site.ts";

const all = await pages();

/** What Nomad's command line writes for this standard input. */
async function run(args: string[], input = ""): Promise<{ code: number; output: string }> {
  const { code, stdout, stderr } = await runNomad(args, { input: new TextEncoder().encode(input) });
  return { code, output: new TextDecoder().decode(stdout) + stderr };
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
      const usage = `Usage: nomad ${names.slice(0, count).join(" ")} `;
      // A group's help is also the answer to a subcommand that there is not.
      if (output.startsWith(usage) && !output.startsWith(`${usage}<subcommand>`)) help = output;
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
  // The cluster's name is all that a reader has to change.
  const clientConfig = config.replace("my-cluster", "nomad-remote-driver-demo");
  await withSite({ clientConfig }, async (site) => {
    const { code, output } = await site.register(job);
    assertEquals(code, 0, output);
    const ended = await site.allocation("hello", isOver);
    assertEquals(ended.ClientStatus, "complete");
    const [task] = await site.ecs.tasks();
    assertEquals(task?.output["hello"]?.stdout, "hello from ECS\n");
  });
});

function jobs(): { page: Page; job: string }[] {
  return all.flatMap((page) =>
    fenced(page, "hcl").filter((block) => /^job "/m.test(block)).map((job) => ({ page, job }))
  );
}
