import { assert, assertEquals } from "@std/assert";
import { lint } from "markdownlint/promise";
import { operations } from "../../../src/aws/operations.ts";
import { grants } from "../../../src/aws/permissions.ts";
import { anchors, commands, exists, fenced, links, pages, quoted } from "../../harness/markdown.ts";
import { fileURLToPath } from "node:url";

const all = await pages();

/** Pages that are generated and looked up in, not read through. */
const generated = ["docs/reference.md", "docs/troubleshooting.md"];

/** Lines that a page may have: three screens of 65. */
const mostLines = 200;

/** What is wrong on each page, as `page: what`; equal to nothing where all is right. */
function wrong(find: (page: typeof all[number]) => string[]): string[] {
  return all.flatMap((page) => find(page).map((what) => `${page.path}: ${what}`));
}

Deno.test("each link of the documentation leads to a file, and to a heading that is there", () => {
  const found = wrong((page) =>
    links(page).flatMap(({ to, heading }) => {
      if (!exists(to)) return [to];
      if (heading === undefined) return [];
      const target = all.find(({ path }) => path === to);
      return target !== undefined && anchors(target).has(heading) ? [] : [`${to}#${heading}`];
    })
  );
  assertEquals(found, []);
});

Deno.test("each page is Markdown that a linter finds nothing wrong with", async () => {
  const found = await lint({
    strings: Object.fromEntries(all.map(({ path, text }) => [path, text])),
    // Long lines, HTML in README, commands without a prompt, and tables as they are written.
    config: { default: true, MD013: false, MD014: false, MD033: false, MD046: false, MD060: false },
  });
  const wrong = Object.entries(found).flatMap(([path, errors]) =>
    errors.map(({ lineNumber, ruleNames, ruleDescription }) =>
      `${path}:${lineNumber}: ${ruleNames[0]} ${ruleDescription}`
    )
  );
  assertEquals(wrong, []);
});

Deno.test("each page of docs stands in the table of docs/README.md", () => {
  const [index] = all.filter(({ path }) => path === "docs/README.md");
  const listed = index === undefined ? [] : links(index).map(({ to }) => to);
  const there = all.map(({ path }) => path).filter((path) =>
    path.startsWith("docs/") && path !== "docs/README.md"
  );
  assertEquals(there.filter((path) => !listed.includes(path)), []);
});

Deno.test("no page but the generated ones is longer than three screens", () => {
  const found = wrong(({ path, text }) => {
    const lines = text.split("\n").length;
    return generated.includes(path) || lines <= mostLines ? [] : [`${lines} lines`];
  });
  assertEquals(found, []);
});

Deno.test("each file that the documentation names is there", () => {
  const found = wrong((page) =>
    quoted(page).filter((text) =>
      /^(src|tests|demo|tools|docs|proto)\/[\w./-]+$/.test(text) && !exists(text)
    )
  );
  assertEquals(found, []);
});

Deno.test("each make target that the documentation names is one", async () => {
  const makefile = await Deno.readTextFile(new URL("../../../Makefile", import.meta.url));
  const targets = new Set([...makefile.matchAll(/^([a-z0-9-]+):/gm)].map(([, name]) => name));
  const found = wrong((page) =>
    [...commands(page), ...quoted(page)]
      .flatMap((text) => [.../(?:^|&& )(?:\w+=\S+ )*make ([a-z0-9-]+)/.exec(text)?.slice(1) ?? []])
      .filter((target) => !targets.has(target))
  );
  assertEquals(found, []);
});

Deno.test("each command that the documentation tells to type can be typed as it stands", () => {
  const found = wrong((page) =>
    [...commands(page), ...quoted(page)].flatMap((text) => {
      // Deno is at .tools/deno, and on nobody's PATH.
      if (/^deno (?:run|test|task|check)\b/.test(text)) return [text];
      const file = /\b(?:JOB|FILE)=(\S+)/.exec(text)?.[1];
      return file === undefined || exists(file) ? [] : [text];
    })
  );
  assertEquals(found, []);
});

Deno.test("each command of the tool that the documentation names is one, with its options", async () => {
  const used = all.flatMap((page) =>
    [...commands(page), ...quoted(page)].flatMap((text) => {
      const [, name, rest = ""] = /^nomad-driver-ecs ([a-z][a-z-]*)([^|;&]*)/.exec(text) ?? [];
      return name === undefined
        ? []
        : [{ page, text, name, flags: rest.match(/--[a-z-]+/g) ?? [] }];
    })
  );
  const helps = new Map(
    await Promise.all([...new Set(used.map(({ name }) => name))].map(async (name) => {
      const { code, stdout } = await runTool([name, "--help"]);
      return [name, code === 0 ? stdout : undefined] as const;
    })),
  );
  const found = used.flatMap(({ page, text, name, flags }) => {
    const help = helps.get(name);
    const unknown = flags.filter((flag) => !new RegExp(`${flag}\\b`).test(help ?? ""));
    return help === undefined || unknown.length > 0 ? [`${page.path}: ${text}`] : [];
  });
  assertEquals(found, []);
});

/** Runs the tool as a person does who has set no region. */
async function runTool(
  args: readonly string[],
): Promise<{ code: number } & Record<"stdout" | "stderr", string>> {
  const main = fileURLToPath(new URL("../../../main.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "-A", main, ...args],
    env: { AWS_REGION: "", AWS_DEFAULT_REGION: "" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("each command of the tool that calls nobody runs as the documentation has it", async () => {
  const lines = new Set(
    all.flatMap((page) => [...commands(page), ...quoted(page)])
      .filter((text) => /^nomad-driver-ecs (iam-policy|[a-z-]+ --help)\b/.test(text)),
  );
  assert(lines.size > 0);
  const failed = await Promise.all([...lines].map(async (line) => {
    const { code, stderr } = await runTool(line.split(" ").slice(1));
    return code === 0 ? [] : [`${line}: ${stderr.trim()}`];
  }));
  assertEquals(failed.flat(), []);
});

Deno.test("each command of the AWS CLI for ECS is an operation of ECS", async () => {
  const sdk: Record<string, unknown> = await import("@aws-sdk/client-ecs");
  const found = wrong((page) =>
    [...commands(page), ...quoted(page)]
      .flatMap((text) => [.../\baws ecs ([a-z-]+)/.exec(text)?.slice(1) ?? []])
      .filter((name) => {
        const command = name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
        return sdk[`${command.join("")}Command`] === undefined;
      })
  );
  assertEquals(found, []);
});

Deno.test("each block of JSON in the documentation is JSON", () => {
  const found = wrong((page) =>
    fenced(page, "json").flatMap((block) => {
      try {
        JSON.parse(block);
        return [];
      } catch (error) {
        return [String(error)];
      }
    })
  );
  assertEquals(found, []);
});

Deno.test("docs/security.md names each statement of the driver's policy", () => {
  const page = all.find(({ path }) => path === "docs/security.md");
  const names = new Set(page === undefined ? [] : quoted(page));
  assertEquals(grants.map(({ sid }) => sid).filter((sid) => !names.has(sid)), []);
  const named = [...names].flatMap((name) => /^ecs:([A-Z]\w+)$/.exec(name)?.slice(1) ?? []);
  const known: string[] = Object.values(operations).map(({ command }) => command);
  known.push("UntagResource"); // The driver never calls it; the page warns of roles that may.
  assertEquals(named.filter((name) => !known.includes(name)), []);
});

Deno.test("docs/security.md shows the statements for exec as iam-policy prints them", async () => {
  const page = all.find(({ path }) => path === "docs/security.md");
  assert(page !== undefined);
  const line = commands(page).find((text) => /^nomad-driver-ecs iam-policy --account/.test(text));
  assert(line !== undefined);
  const { stdout } = await runTool(line.split(" ").slice(1));
  const printed: { Sid: string }[] = JSON.parse(stdout).Statement;
  const exec = grants.filter(({ feature }) => feature === "exec").map(({ sid }) => sid);
  const shown = fenced(page, "json").map((block) => JSON.parse(block)).find(Array.isArray);
  assertEquals(shown, printed.filter(({ Sid }) => exec.includes(Sid)));
});

Deno.test("docs/security.md has the actions and resources of each statement, as the policy has them", () => {
  const conditions = { cluster: "`ecs:cluster`", "passed to ECS": "`iam:PassedToService`" };
  const page = all.find(({ path }) => path === "docs/security.md");
  const rows = (page?.text ?? "").split("\n").flatMap((line) =>
    /^(\| `\w+` \| [^|]+ \| [^|]+ \|)(?: [^|]+ \|){2}$/.exec(line)?.slice(1, 2) ?? []
  );
  assertEquals(
    rows,
    grants.map(({ sid, actions, on, condition }) => {
      const where = condition === undefined ? on : `${on}, ${conditions[condition]}`;
      return `| \`${sid}\` | ${actions.map((action) => `\`${action}\``).join(", ")} | ${where} |`;
    }),
  );
});

Deno.test("docs/architecture.md names each room of src", () => {
  const page = all.find(({ path }) => path === "docs/architecture.md");
  const rooms = [...Deno.readDirSync(new URL("../../../src/", import.meta.url))]
    .filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  assertEquals(rooms.filter((room) => !page?.text.includes(`| \`${room}/\` |`)), []);
});

Deno.test("docs/building.md has a line for each package that deno.json imports", async () => {
  const page = all.find(({ path }) => path === "docs/building.md");
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
  ) as { imports: Record<string, string> };
  const packages = Object.values(imports).flatMap((text) =>
    /^npm:((?:@[\w-]+\/)?[\w-]+)@/.exec(text)?.slice(1) ?? []
  );
  const table = (page?.text ?? "").split("\n").filter((line) => line.startsWith("|")).join("\n");
  assertEquals([...new Set(packages)].filter((name) => !table.includes(`\`${name}\``)), []);
});
