/** What is known of the npm packages that the bundle holds. */
import { packagesFolder } from "./bundle.ts";

/** An npm package that the bundle holds something of. */
export type Package = {
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its licence. */
  readonly license: string;
  /** The files of its folder that hold the licence, in full; none where it brings none. */
  readonly texts: readonly string[];
  /** SHA-512 of the archive that npm has of it, in hexadecimal digits. */
  readonly sha512: string;
};

/**
 * Reads the packages of the files at `sources`, in the order of their names. Rejects where a package does
 * not say its licence, or deno.lock does not have it.
 */
export async function readPackages(root: string, sources: readonly string[]): Promise<Package[]> {
  const folders = new Set(sources.flatMap((source) => folderOf(source) ?? []));
  const { npm } = JSON.parse(await Deno.readTextFile(`${root}/deno.lock`));
  const packages = [...folders].map(async (folder) => await readPackage(`${root}/${folder}`, npm));
  return (await Promise.all(packages)).sort((a, b) => keyOf(a) < keyOf(b) ? -1 : 1);
}

function keyOf({ name, version }: Package): string {
  return `${name}@${version}`;
}

/** The folder of the package that a file belongs to; undefined for a file of our own. */
function folderOf(source: string): string | undefined {
  if (!source.startsWith(`${packagesFolder}/`)) return undefined;
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(source)?.[0];
}

async function readPackage(
  folder: string,
  locked: Readonly<Record<string, { readonly integrity: string }>>,
): Promise<Package> {
  const { name, version, license } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  if (typeof license !== "string") throw new Error(`${name} ${version} does not say its licence`);
  // A package with peers is locked as name@version_peer@version.
  const key = Object.keys(locked).find((one) => one.split("_")[0] === `${name}@${version}`);
  const integrity = key === undefined ? undefined : locked[key]?.integrity;
  const digest = /^sha512-(.+)$/.exec(integrity ?? "")?.[1];
  if (digest === undefined) throw new Error(`deno.lock has no SHA-512 of ${name} ${version}`);
  return {
    name,
    version,
    license,
    texts: await licenceTexts(folder),
    sha512: Uint8Array.fromBase64(digest).toHex(),
  };
}

async function licenceTexts(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && /^(licen[cs]e|copying|notice)/i.test(name)) names.push(name);
  }
  return await Promise.all(names.sort().map((name) => Deno.readTextFile(`${folder}/${name}`)));
}
