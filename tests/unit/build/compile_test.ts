import { assert, assertEquals } from "@std/assert";
import { flagsOf } from "../../../tools/build/powers.ts";
import { copyRepository } from "../../harness/repository.ts";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { version, license } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
const decoder = new TextDecoder();

/** A release of a copy of the repository, on bases that are any file: what is put into them counts. */
async function release(copy: string): Promise<{ folder: string; text: string }> {
  await copyRepository(root, copy);
  const base = await Deno.realPath(`${copy}/.tools/deno`);
  for (const target of ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]) {
    await Deno.symlink(base, `${copy}/denort-${target}`);
  }
  const { code, stderr, stdout } = await new Deno.Command(`${copy}/tools/build.sh`, {
    args: ["all", "linux"],
    env: { DENORT_BIN: `${copy}/denort-{target}`, NO_COLOR: "1" },
  }).output();
  // deno-lint-ignore no-control-regex -- the tree is coloured whatever NO_COLOR says
  const text = (decoder.decode(stdout) + decoder.decode(stderr)).replace(/\x1b\[[0-9;]*m/g, "");
  assertEquals(code, 0, text);
  return { folder: `${copy}/dist/release`, text };
}

Deno.test("a release has an executable for each machine, with one module in it, and says what it holds", async (t) => {
  const copy = await Deno.makeTempDir();
  try {
    const { folder, text } = await release(copy);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    const executables = ["amd64", "arm64"].map((arch) =>
      `nomad-driver-ecs_${version}_linux_${arch}`
    );
    const bom = `nomad-driver-ecs_${version}.cdx.json`;
    const licences = `nomad-driver-ecs_${version}_licences.txt`;

    await t.step("files are named by version, system and architecture", () => {
      assertEquals(names, ["SHA256SUMS", bom, ...executables, licences].sort());
    });

    await t.step("each executable embeds one module of under 2 MB and nothing else", () => {
      const embedded = text.split("\n").filter((line) => /^[├└]/.test(line));
      assertEquals(embedded.length, executables.length, text);
      for (const line of embedded) {
        const size = /^└── nomad-driver-ecs\.js \(([0-9.]+)(MB|KB)\)$/.exec(line);
        assert(size !== null, text);
        assert(size[2] === "KB" || Number(size[1]) < 2, text);
      }
    });

    await t.step("each executable has the powers of the launcher", async () => {
      for (const name of executables) {
        const bytes = await Deno.readFile(`${folder}/${name}`);
        const written = /"permissions":(\{[^}]*\})/.exec(new TextDecoder("latin1").decode(bytes))
          ?.[1];
        assertEquals(grantedIn(JSON.parse(written ?? "null")), grantedBy(flagsOf("linux")));
      }
    });

    await t.step("SHA256SUMS holds for every other file", async () => {
      const { code, stdout } = await new Deno.Command("sha256sum", {
        args: ["--check", "--strict", "SHA256SUMS"],
        cwd: folder,
      }).output();
      assertEquals(code, 0);
      assertEquals(decoder.decode(stdout).trim().split("\n").length, names.length - 1);
    });

    await t.step(
      "the bill of materials is CycloneDX, and has what the bundle holds and no more",
      async () => {
        const bill = JSON.parse(await Deno.readTextFile(`${folder}/${bom}`));
        assertEquals([bill.bomFormat, bill.metadata.component.version], ["CycloneDX", version]);
        assertEquals(bill.metadata.component.licenses, [{ license: { id: license } }]);
        const found = new Map(bill.components.map((one: { purl?: string; name: string }) => [
          one.purl ?? one.name,
          one,
        ]));
        const { imports } = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
        const purlOf = (name: string) =>
          `pkg:npm/${imports[name].replace("npm:", "").replace(/^@/, "%40")}`;
        const client = found.get(purlOf("@aws-sdk/client-ecs")) as {
          hashes: { alg: string; content: string }[];
        };
        assertEquals(client.hashes[0]?.alg, "SHA-512");
        assert(found.has(purlOf("@grpc/grpc-js")));
        assert(found.has("deno"));
        assert(!found.has(purlOf("fast-check")), "a package of the tests alone");
        assert(!found.has(purlOf("esbuild")), "a package of the build alone");
        for (const one of bill.components) assert(one.licenses.length > 0, one.name);
      },
    );

    await t.step("the licences of all packages are listed, with their texts", async () => {
      const list = await Deno.readTextFile(`${folder}/${licences}`);
      assert(/^@aws-sdk\/client-ecs [0-9.]+: Apache-2\.0$/m.test(list));
      assert(/^pino [0-9.]+: MIT$/m.test(list));
      assert(list.includes("Permission is hereby granted, free of charge"));
    });
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
});

/** What a compiled executable is allowed and denied, as it has it written in it. */
function grantedIn(
  permissions: Record<string, string[] | boolean | null>,
): Record<string, unknown> {
  // Deno notes where it would import from beside that it may not.
  const set = Object.entries(permissions).filter(([name, value]) =>
    value !== null && name !== "allow_import"
  );
  return Object.fromEntries(
    set.map(([name, value]) => [name, Array.isArray(value) ? value.toSorted() : value]),
  );
}

/** The same, of flags. */
function grantedBy(flags: readonly string[]): Record<string, unknown> {
  const pairs = flags.flatMap((flag) => {
    const [, name = "", values] = /^--((?:allow|deny|ignore)-\w+)(?:=(.*))?$/.exec(flag) ?? [];
    return name === "" ? [] : [[name.replace("-", "_"), values?.split(",").sort() ?? []]];
  });
  return { ...Object.fromEntries(pairs), prompt: !flags.includes("--no-prompt") };
}

Deno.test("the executable runs from any folder by its absolute path", async () => {
  const { code, stdout } = await new Deno.Command(`${root}dist/nomad-driver-ecs`, {
    args: ["--version"],
    cwd: "/",
  }).output();
  assertEquals([code, decoder.decode(stdout)], [0, `nomad-driver-ecs ${version}\n`]);
});
