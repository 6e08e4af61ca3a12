/**
 * Builds the program with the Deno that runs this file:
 *
 *     build.ts plugin                    dist/nomad-driver-ecs, an executable for this machine
 *     build.ts all [OS...]               dist/release: executables, checksums, SBOM and licences
 *     build.ts bundle OUTPUT             the program as one module
 *     build.ts compile TARGET OUTPUT     one executable from the bundle as it stands
 *     build.ts launcher MODULE OUTPUT    what stands in for an executable: the module under this Deno
 *
 * `deno compile` downloads a base for each target. `DENORT_BIN` names a local file to use in its place;
 * `{target}` in it stands for the target's name.
 */
import denoConfig from "../deno.json" with { type: "json" };
import { dirname, resolve } from "node:path";
import { type Bundle, bundle } from "./build/bundle.ts";
import { licenceList } from "./build/licences.ts";
import { readPackages } from "./build/packages.ts";
import { flagsOf } from "./build/powers.ts";
import { bomOf } from "./build/sbom.ts";
import { releaseName, type Target, targetOf, targets } from "./build/targets.ts";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const name = "nomad-driver-ecs";
const { version, license } = denoConfig;
/** Where executables are compiled from: `deno compile` would embed a node_modules beside the bundle. */
const bundleFile = `${root}/dist/bundle/${name}.js`;

const [command, ...args] = Deno.args;
try {
  await run();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

async function run(): Promise<void> {
  switch (command) {
    case "plugin":
      await writeBundle(bundleFile);
      await buildPlugin();
      break;
    case "all":
      await buildRelease(await writeBundle(bundleFile));
      break;
    case "bundle":
      await writeBundle(resolve(argument(0)));
      break;
    case "compile":
      say(await compile(argument(0), resolve(argument(1))));
      break;
    case "launcher":
      await writeLauncher(resolve(argument(0)), resolve(argument(1)));
      break;
    default:
      fail(
        "usage: build.sh plugin | all [OS...] | bundle OUTPUT | compile TARGET OUTPUT | launcher MODULE OUTPUT",
      );
  }
}

/** Writes the bundle in one step, as others may be reading it. */
async function writeBundle(output: string): Promise<Bundle> {
  const made = await bundle(root);
  await Deno.mkdir(dirname(output), { recursive: true });
  await Deno.writeFile(`${output}.new`, made.code);
  await Deno.rename(`${output}.new`, output);
  return made;
}

/** An executable for this machine: compiled where a base can be had, else a launcher. */
async function buildPlugin(): Promise<void> {
  const output = `${root}/dist/${name}`;
  const unfinished = `${output}.new`;
  const said = await compile(targetOf(Deno.build.target).triple, unfinished)
    .then(() => runs(unfinished), (error: Error) => error.message);
  const log = `${root}/dist/compile.log`;
  await Deno.writeTextFile(log, said ?? "");
  if (said === undefined) {
    await Deno.rename(unfinished, output);
    say(`dist/${name}: compiled`);
    return;
  }
  await Deno.remove(unfinished).catch(unlessMissing);
  await writeLauncher(bundleFile, output);
  say(
    `dist/${name}: the bundle under deno ${Deno.version.deno}, ` +
      "as the runtime base of deno compile cannot be had here (dist/compile.log)",
  );
}

/** Why an executable does not tell its version; undefined where it does. */
async function runs(executable: string): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await new Deno.Command(executable, { args: ["--version"] }).output();
    return textOf(stdout) === `${name} ${version}\n` ? undefined : textOf(stdout) + textOf(stderr);
  } catch (error) {
    return String(error);
  }
}

/** Everything that is published, in dist/release. */
async function buildRelease({ sources }: Bundle): Promise<void> {
  const folder = `${root}/dist/release`;
  await Deno.remove(folder, { recursive: true }).catch(unlessMissing);
  await Deno.mkdir(folder, { recursive: true });
  const packages = await readPackages(root, sources);
  const write = (file: string, text: string) => Deno.writeTextFile(`${folder}/${file}`, text);
  await write(`${name}_${version}_licences.txt`, licenceList(packages));
  await write(
    `${name}_${version}.cdx.json`,
    bomOf({ name, version, license, runtime: Deno.version.deno, packages }),
  );
  for (const target of buildable()) {
    say(await compile(target.triple, `${folder}/${releaseName(name, version, target)}`));
  }
  await write("SHA256SUMS", await checksums(folder));
  for await (const { name } of Deno.readDir(folder)) say(`dist/release/${name}`);
}

/** The targets whose systems are named, all by default; this machine's where there is no other base. */
function buildable(): readonly Target[] {
  const base = Deno.env.get("DENORT_BIN");
  if (base === undefined || base.includes("{target}")) {
    return args.length === 0 ? targets : targets.filter(({ os }) => args.includes(os));
  }
  const host = targetOf(Deno.build.target);
  say(
    `DENORT_BIN names one base, for ${host.triple}; with {target} in it, all targets are compiled`,
  );
  return [host];
}

/** A line for each file of a folder, as `sha256sum --check` reads it. */
async function checksums(folder: string): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  const lines = names.sort().map(async (file) => {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/${file}`));
    return `${new Uint8Array(digest).toHex()}  ${file}\n`;
  });
  return (await Promise.all(lines)).join("");
}

/** Compiles the bundle as it stands. Returns what Deno says, and rejects with that where it fails. */
async function compile(triple: string, output: string): Promise<string> {
  const base = Deno.env.get("DENORT_BIN")?.replaceAll("{target}", triple);
  await Deno.mkdir(dirname(output), { recursive: true });
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--no-config", "--no-lock", "--no-check", ...flagsOf(targetOf(triple).os)],
      ...["--target", triple, "--output", output, bundleFile],
    ],
    cwd: dirname(bundleFile),
    env: base === undefined ? {} : { DENORT_BIN: base },
  }).output();
  const said = textOf(stdout) + textOf(stderr);
  if (!success) throw new Error(`deno compile failed for ${triple}:\n${said}${hint(base)}`);
  return said;
}

/** What to do where `deno compile` cannot download its base. */
function hint(base: string | undefined): string {
  return base !== undefined
    ? ""
    : "Where it could not download its runtime base, download that elsewhere " +
      "and set DENORT_BIN to the file (docs/building.md)";
}

/**
 * Writes a shell script that runs a module under this Deno, with the flags of a compiled executable. It
 * takes NODE_OPTIONS away, from which Deno takes an inspector and modules to load, and a compiled
 * executable does not.
 */
async function writeLauncher(module: string, output: string): Promise<void> {
  const quoted = (words: readonly string[]) =>
    words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const run = [
    `${root}/.tools/deno`,
    "run",
    "--no-config",
    "--no-lock",
    ...flagsOf(Deno.build.os),
    module,
  ];
  const text = `#!/bin/sh\nunset NODE_OPTIONS\nexec ${quoted(run)} "$@"\n`;
  await Deno.writeTextFile(`${output}.new`, text, { mode: 0o755 });
  await Deno.chmod(`${output}.new`, 0o755);
  await Deno.rename(`${output}.new`, output);
}

function argument(index: number): string {
  const value = args[index];
  if (value === undefined) fail(`${command} takes more arguments: see tools/build.ts`);
  return value;
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

function fail(text: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(text + "\n"));
  Deno.exit(2);
}
