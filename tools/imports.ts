/**
 * `make imports` lists the imports between the rooms of `src`, and fails where one breaks a rule of the house:
 *
 * - a room imports only the rooms that `mayImport` names, so no arrow points upward;
 * - a room that has a face in `faces` is imported by others through that file alone;
 * - files import each other in no circle, types included;
 * - a file has at most 300 lines, unless it is generated;
 * - a file with behaviour has a test file of its name in the mirrored folder of `tests/unit`.
 *
 * Deno itself reads the files: `deno info` tells what each imports, `deno doc` what it exports.
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the program. */
export type SourceFile = {
  /** Its path in the repository: `src/aws/retry.ts`. */
  readonly path: string;
  /** Paths of the files of the program that it imports, types included. */
  readonly imports: readonly string[];
  readonly lines: number;
  /** Whether it exports a function, or a class with methods. */
  readonly behaves: boolean;
};

/**
 * The rooms: the folders of `src`, `main.ts` (`main`), and what stands in `src` itself (`base`). Each
 * names the rooms that it may import; every room may import itself.
 */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  main: ["cli", "telemetry", "grpc", "plugin", "driver", "logs", "config", "aws", "nomad", "base"],
  cli: ["driver", "lifecycle", "exec", "logs", "nomad", "config", "aws", "base"],
  telemetry: ["plugin", "driver", "aws", "base"],
  grpc: ["driver", "exec", "stats", "config", "plugin", "gen", "base"],
  plugin: ["gen", "base"],
  driver: ["lifecycle", "exec", "logs", "stats", "nomad", "config", "aws", "base"],
  lifecycle: ["aws", "config", "base"],
  exec: ["aws", "config", "base"],
  logs: ["aws", "config", "base"],
  stats: ["aws", "base"],
  aws: ["base"],
  nomad: ["base"],
  config: ["nomad", "gen", "base"],
  gen: [],
  base: [],
};

/** The only file of a room that other rooms may import. */
export const faces: Readonly<Record<string, string>> = {
  lifecycle: "src/lifecycle/lifecycle.ts",
  logs: "src/logs/logs.ts",
};

/** Most lines of a file. A longer one holds two ideas. */
const mostLines = 300;

/** What breaks a rule: the files that it is about, and a sentence. */
export type Fault = { readonly paths: readonly string[]; readonly text: string };

/** What breaks the rules. `tests` are the paths of all test files. */
export function faultsIn(files: readonly SourceFile[], tests: ReadonlySet<string>): Fault[] {
  const single = files.flatMap((file) =>
    [...forbiddenImports(file), ...sizeFaults(file), ...testFaults(file, tests)].map((text) => ({
      paths: [file.path],
      text,
    }))
  );
  const circles = circlesIn(files).map((paths) => ({
    paths,
    text: `${paths.join(" imports ")}, which is a circle`,
  }));
  return [...single, ...circles];
}

/** The rooms, and which others each imports, both in the order of their names. */
export function importsBetweenRooms(files: readonly SourceFile[]): [string, string[]][] {
  const rooms = new Map<string, Set<string>>();
  for (const { path, imports } of files) {
    const room = roomOf(path);
    const others = rooms.get(room) ?? new Set();
    rooms.set(room, others);
    for (const target of imports.map(roomOf)) if (target !== room) others.add(target);
  }
  return [...rooms].map(([room, others]): [string, string[]] => [room, [...others].sort()])
    .sort(([a], [b]) => a < b ? -1 : 1);
}

/** The room that a file stands in. */
export function roomOf(path: string): string {
  const [top, room, ...rest] = path.split("/");
  if (top !== "src") return path.replace(/\.ts$/, "");
  return rest.length > 0 ? room ?? "" : "base";
}

function forbiddenImports({ path, imports }: SourceFile): string[] {
  const room = roomOf(path);
  const allowed = mayImport[room];
  if (allowed === undefined) {
    return [`${path} is in ${room}, a room that tools/imports.ts does not know`];
  }
  return imports.flatMap((target) => {
    const other = roomOf(target);
    if (other === room) return [];
    if (!allowed.includes(other)) {
      return [`${path} imports ${target}: ${room} may import ${allowed.join(", ") || "nothing"}`];
    }
    const face = faces[other];
    return face === undefined || face === target
      ? []
      : [`${path} imports ${target}: other rooms import ${other} through ${face}`];
  });
}

function sizeFaults({ path, lines }: SourceFile): string[] {
  if (roomOf(path) === "gen" || lines <= mostLines) return [];
  return [`${path} has ${lines} lines; at most ${mostLines} are allowed`];
}

function testFaults({ path, behaves }: SourceFile, tests: ReadonlySet<string>): string[] {
  if (!behaves || !path.startsWith("src/") || roomOf(path) === "gen") return [];
  const test = path.replace(/^src\//, "tests/unit/").replace(/\.ts$/, "_test.ts");
  return tests.has(test) ? [] : [`${path} has no ${test}`];
}

/** Circles of imports, as the paths along each. Of circles that share a file, one. */
function circlesIn(files: readonly SourceFile[]): string[][] {
  const imports = new Map(files.map((file) => [file.path, file.imports]));
  const done = new Set<string>();
  const circles: string[][] = [];
  const isReported = (path: string) => circles.some((circle) => circle.includes(path));
  const walk = (path: string, along: readonly string[]) => {
    const start = along.indexOf(path);
    if (start >= 0 && !along.slice(start).some(isReported)) {
      circles.push([...along.slice(start), path]);
    }
    if (start >= 0 || done.has(path)) return;
    for (const next of imports.get(path) ?? []) walk(next, [...along, path]);
    done.add(path);
  };
  for (const { path } of files) walk(path, []);
  return circles;
}

/** Reads `main.ts` and `src` in the folder `root`. */
export async function readProgram(root: string): Promise<SourceFile[]> {
  const paths = ["main.ts", ...(await filesIn(root, "src")).filter((path) => /\.ts$/.test(path))];
  const known = new Set(paths);
  const pathOf = (specifier: string) => relative(root, fileURLToPath(specifier));
  const isOurs = (specifier: string) =>
    specifier.startsWith("file:") && known.has(pathOf(specifier));
  const ours = (await readGraph(root, paths)).filter(({ specifier }) => isOurs(specifier));
  const behaving = await readBehaving(root, paths);
  return await Promise.all(ours.map(async ({ specifier, dependencies = [] }) => {
    const path = pathOf(specifier);
    const targets = dependencies.map(({ code, type }) => code?.specifier ?? type?.specifier ?? "");
    const text = await Deno.readTextFile(`${root}/${path}`);
    return {
      path,
      imports: [...new Set(targets.filter(isOurs).map(pathOf))],
      lines: text.split("\n").length - 1,
      behaves: behaving.has(path),
    };
  }));
}

/** A module as `deno info` tells it. An import of types alone has no `code`. */
type Module = {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly type?: { readonly specifier: string };
  }[];
};

/** The modules that the files import, and the files themselves. */
async function readGraph(root: string, paths: readonly string[]): Promise<Module[]> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const imports = paths.map((path) => `import ${JSON.stringify(`file://${root}/${path}`)};`);
    await Deno.writeTextFile(entry, imports.join("\n"));
    const config = ["--config", `${root}/deno.json`];
    const { modules } = await deno(root, ["info", "--json", ...config, entry]) as {
      modules: Module[];
    };
    return modules;
  } finally {
    await Deno.remove(entry);
  }
}

/** An export as `deno doc` tells it. */
type Declaration = {
  readonly kind: string;
  readonly location: { readonly filename: string };
  readonly def?: { readonly methods?: readonly unknown[] };
};

/** The paths of the files that export a function, or a class with methods, of their own. */
async function readBehaving(root: string, paths: readonly string[]): Promise<Set<string>> {
  const { nodes } = await deno(root, ["doc", "--json", ...paths]) as {
    nodes: Record<string, { symbols: { declarations: Declaration[] }[] }>;
  };
  const behaves = ({ kind, def }: Declaration) =>
    kind === "function" || (kind === "class" && (def?.methods ?? []).length > 0);
  const behaving = Object.entries(nodes).filter(([specifier, { symbols }]) =>
    symbols.flatMap(({ declarations }) => declarations)
      .some((declared) => declared.location.filename === specifier && behaves(declared))
  );
  return new Set(behaving.map(([specifier]) => relative(root, fileURLToPath(specifier))));
}

async function deno(root: string, args: string[]): Promise<unknown> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root })
    .output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`deno ${args[0]} failed: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout));
}

/** The paths of all files in a folder of the repository. */
async function filesIn(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
    const path = `${folder}/${name}`;
    found.push(...isDirectory ? await filesIn(root, path) : [path]);
  }
  return found;
}

/** Files whose faults are being mended. Any other fault fails the check. Take out what you mend. */
const unmended: ReadonlySet<string> = new Set([]);

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
  const print = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
  const files = await readProgram(root);
  for (const [room, others] of importsBetweenRooms(files)) {
    print(`${room} imports ${others.join(", ") || "nothing"}`);
  }
  const faults = faultsIn(files, new Set(await filesIn(root, "tests/unit")));
  const isUnmended = ({ paths }: Fault) => paths.every((path) => unmended.has(path));
  const grave = faults.filter((fault) => !isUnmended(fault));
  for (const { text } of faults.filter(isUnmended)) print(`to be mended: ${text}`);
  for (const { text } of grave) print(text);
  print(`${files.length} files, ${faults.length} faults, ${grave.length} of them new`);
  if (grave.length > 0) Deno.exit(1);
}
