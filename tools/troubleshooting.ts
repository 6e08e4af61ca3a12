/** Prints docs/troubleshooting.md, from the table of what the driver may say. */
import { sections, whatEcsSays, whatNomadSays } from "./troubles/mod.ts";
import { symptoms } from "./troubles/symptoms.ts";
import type { Trouble } from "./troubles/trouble.ts";

const introduction = `# Troubleshooting

For who sees something go wrong. The page begins with [symptoms](#by-symptom). After them come all messages of the
driver, by the place where they are seen, and some of Nomad and ECS: search the page for a piece of yours. \`…\` stands for what
differs. \`make docs\` writes this page from \`tools/troubles\`; a test fails where the driver can say something that is not here.

\`nomad-driver-ecs doctor\` checks all prerequisites at once ([the tool](tool.md)). The tool's
commands stand here without \`--cluster\` and \`--region\`, which they need unless \`--config\` names a file.
`;

function table(troubles: readonly (Omit<Trouble, "texts"> & Partial<Trouble>)[]): string {
  const rows = troubles.map(({ seen, texts = [], cause, fix }) => {
    // The other texts of an entry are there to be found by a search in the page.
    const others = texts.filter((piece) => typeof piece === "string" && !seen.includes(piece));
    const all = [seen, ...others.map(String)].map((text) => quoted(text.replace(/^[;,] /, "")));
    return `| ${all.join("<br>")} | ${cell(cause)} | ${cell(fix)} |`;
  });
  return ["| seen | cause | what to do |", "|---|---|---|", ...rows].join("\n");
}

/** Code in a table; two back quotes where the text has some itself. */
function quoted(text: string): string {
  const quote = text.includes("`") ? "``" : "`";
  return quote + cell(text) + quote;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

const pages = [
  introduction,
  symptoms,
  ...sections.map(({ title, where, troubles }) =>
    `## ${title}\n\nSeen in ${where.replace(/\.$/, "")}.\n\n${table(troubles)}\n`
  ),
  `## What Nomad says\n\nSeen in the agent's log, in lines of Nomad itself.\n\n${
    table(whatNomadSays)
  }\n`,
  `## What ECS says\n\nSeen in events of the task, after a colon.\n\n${table(whatEcsSays)}\n`,
];
Deno.stdout.writeSync(new TextEncoder().encode(pages.join("\n")));
