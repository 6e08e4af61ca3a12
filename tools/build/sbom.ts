/** The bill of materials: what an executable is made of, in CycloneDX's form. */
import { Contrib, Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import validate from "spdx-expression-parse";
import type { Package } from "./packages.ts";

/** What a bill is made of. */
export type Contents = {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Version of Deno, which each executable is based on. */
  readonly runtime: string;
  readonly packages: readonly Package[];
};

/** The bill as JSON. The same contents give the same text: it has no time and no serial number. */
export function bomOf({ name, version, license, runtime, packages }: Contents): string {
  const program = component(Enums.ComponentType.Application, { name, version, license });
  const bom = new Models.Bom({ metadata: new Models.Metadata({ component: program }) });
  const deno = { name: "deno", version: runtime, license: "MIT" };
  const runtimePart = component(Enums.ComponentType.Platform, deno);
  const parts = [runtimePart, ...packages.map(packagePart)];
  for (const part of parts) {
    bom.components.add(part);
    program.dependencies.add(part.bomRef);
  }
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  const serializer = new Serialize.JsonSerializer(factory);
  return serializer.serialize(bom, { sortLists: true, space: 2 }) + "\n";
}

function packagePart({ name, version, license, sha512 }: Package): Models.Component {
  const part = component(Enums.ComponentType.Library, { name, version, license });
  const [scope, unscoped] = name.startsWith("@") ? name.split("/") : [undefined, name];
  part.purl = new PackageURL("npm", scope, unscoped ?? name, version, undefined, undefined)
    .toString();
  part.hashes.set(Enums.HashAlgorithm["SHA-512"], sha512);
  return part;
}

function component(
  type: Enums.ComponentType,
  { name, version, license }: { name: string; version: string; license: string },
): Models.Component {
  const licences = new Contrib.License.Factories.LicenseFactory(validate);
  return new Models.Component(type, name, {
    bomRef: `${name}@${version}`,
    version,
    licenses: new Models.LicenseRepository([licences.makeFromString(license)]),
  });
}
