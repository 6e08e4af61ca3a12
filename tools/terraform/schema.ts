/**
 * Writes the schema of Terraform's AWS provider into a file, in the form of `terraform providers schema
 * -json`. It comes from the npm package with the provider's bindings for CDK Terrain, `@cdktn/provider-aws`.
 *
 *     deno run --allow-read --allow-write --allow-run=tar tools/terraform/schema.ts <tarball of the package> <file>
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Binding, type Block, readBinding } from "./bindings.ts";

type Schema = { readonly version: 0; readonly block: Block };

/** A document as `terraform providers schema -json` prints it, for one provider. */
export type SchemaDocument = {
  readonly format_version: "1.0";
  /** The provider's version, which Terraform itself does not print here. */
  readonly provider_version: string;
  readonly provider_schemas: {
    readonly "registry.terraform.io/hashicorp/aws": {
      readonly provider: Schema;
      readonly resource_schemas: Readonly<Record<string, Schema>>;
      readonly data_source_schemas: Readonly<Record<string, Schema>>;
    };
  };
};

/** Puts bindings together. Throws where the provider's own is missing, or versions differ. */
export function documentOf(bindings: readonly Binding[]): SchemaDocument {
  const provider = bindings.find(({ kind }) => kind === "provider");
  if (provider === undefined) throw new Error("The bindings do not have the provider itself");
  const other = bindings.find(({ version }) => version !== provider.version);
  if (other !== undefined) {
    throw new Error(
      `The bindings of ${other.type} are of version ${other.version}, and the provider's of ${provider.version}`,
    );
  }
  return {
    format_version: "1.0",
    provider_version: provider.version,
    provider_schemas: {
      "registry.terraform.io/hashicorp/aws": {
        provider: { version: 0, block: provider.block },
        resource_schemas: schemasOf(bindings, "resource"),
        data_source_schemas: schemasOf(bindings, "data source"),
      },
    },
  };
}

function schemasOf(bindings: readonly Binding[], kind: Binding["kind"]): Record<string, Schema> {
  return Object.fromEntries(
    bindings.filter((one) => one.kind === kind).map(({ type, block }) => [
      type,
      { version: 0, block },
    ]),
  );
}

/** What npm's registry has as the integrity of the tarball that `tools/terraform.sh` fetches. */
const integrity =
  "E/nhu0yVZE4mXMgIPuI8tEFt1BExLkA7ARjihdG+/HmfDfzLr+OEF3dkFRvI6glRt30lrrBWQLwXqCJBxcmyUg==";

/** The text of the JavaScript files of a folder, and of the folders in it. */
function textOf(folder: string): string {
  return [...Deno.readDirSync(folder)].map(({ name, isDirectory }) => {
    if (isDirectory) return textOf(join(folder, name));
    return name.endsWith(".js") ? Deno.readTextFileSync(join(folder, name)) : "";
  }).join("\n");
}

/** Unpacks the JavaScript files of the package's tarball. */
async function unpack(tarball: string, folder: string): Promise<void> {
  const sum = createHash("sha512").update(Deno.readFileSync(tarball)).digest("base64");
  if (sum !== integrity) throw new Error(`The SHA-512 of ${tarball} is ${sum}, not ${integrity}`);
  const args = ["-xzf", tarball, "-C", folder, "--exclude=*.d.ts", "--exclude=*/.jsii"];
  const { success, stderr } = await new Deno.Command("tar", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Reads each folder of the bindings, and says which it cannot read. */
function readAll(lib: string): { readonly bindings: Binding[]; readonly unread: string[] } {
  const bindings: Binding[] = [];
  const unread: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(lib)) {
    if (!isDirectory) continue;
    try {
      const binding = readBinding(textOf(join(lib, name)));
      if (binding !== undefined) bindings.push(binding);
    } catch (error) {
      unread.push(`${name} (${error instanceof Error ? error.message : error})`);
    }
  }
  return { bindings, unread };
}

if (import.meta.main) {
  const [tarball = "", file = ""] = Deno.args;
  const folder = Deno.makeTempDirSync();
  try {
    await unpack(tarball, folder);
    const { bindings, unread } = readAll(join(folder, "package", "lib"));
    Deno.writeTextFileSync(file, JSON.stringify(documentOf(bindings)));
    const lines = [
      `The schema of AWS provider ${bindings[0]?.version} has ${bindings.length - 1} types`,
      ...unread.map((one) => `Left out, as it cannot be read: ${one}`),
    ];
    Deno.stderr.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
