import { fileURLToPath } from "node:url";

/** A page of the documentation, by its path in the repository. */
export type Page = { readonly path: string; readonly text: string };

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The pages at the top, all of docs/, and the READMEs of demo/. */
export async function pages(): Promise<Page[]> {
  const paths = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "demo/README.md",
    "demo/aws/README.md",
    "demo/observability/README.md",
    "demo/simulator/README.md",
  ];
  for (const folder of ["docs", "docs/examples"]) {
    for (const { name } of Deno.readDirSync(root + folder)) {
      if (name.endsWith(".md")) paths.push(`${folder}/${name}`);
    }
  }
  return await Promise.all(
    paths.sort().map(async (path) => ({ path, text: await Deno.readTextFile(root + path) })),
  );
}

/** Whether the repository has a file or a folder of this path. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(root + path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The blocks of a language between fences, in their order. */
export function fenced({ text }: Page, language: string): string[] {
  const blocks = text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...blocks].filter(([, found]) => found === language).map(([, , block = ""]) => block);
}

/** Lines that a reader is to type: those of blocks that are indented by four blanks. */
export function commands(page: Page): string[] {
  const plain = page.text.replace(/^```[\s\S]*?^```$/gm, "");
  return plain.split("\n\n").flatMap((paragraph) => {
    const lines = paragraph.split("\n").filter((line) => line !== "");
    return lines.length > 0 && lines.every((line) => /^ {4}\S/.test(line))
      ? lines.map((line) => line.trim())
      : [];
  });
}

/** Pieces of text between back quotes, outside of blocks. */
export function quoted({ text }: Page): string[] {
  const plain = text.replace(/^```[\s\S]*?^```$/gm, "");
  return [...plain.matchAll(/`([^`\n]+)`/g)].map(([, piece = ""]) => piece);
}

/** Where links of a page lead: a path of the repository and a heading, each where it is given. */
export function links({ path, text }: Page): { to: string; heading: string | undefined }[] {
  const folder = path.includes("/") ? path.replace(/\/[^/]*$/, "/") : "";
  const found = text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(
    /\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g,
  );
  return [...found].map(([, one, other]) => one ?? other ?? "")
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = "", heading] = link.split("#");
      const to = file === "" ? path : new URL(folder + file, "file:///").pathname.slice(1);
      return { to, heading };
    });
}

/** The anchors that GitHub makes of a page's headings. */
export function anchors({ text }: Page): Set<string> {
  const counts = new Map<string, number>();
  const made = new Set<string>();
  for (const [, title = ""] of text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm)) {
    const name = title.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-");
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    made.add(count === 0 ? name : `${name}-${count}`);
  }
  return made;
}
