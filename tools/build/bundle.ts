/** Makes one module of the program and the parts of npm's packages that it uses. */
import { isBuiltin } from "node:module";
import * as esbuild from "esbuild";

/** The program as one module. */
export type Bundle = {
  readonly code: Uint8Array;
  /** Paths of the files that the module holds something of, from the repository's root. */
  readonly sources: readonly string[];
};

/** Where the packages are laid out as esbuild looks for them; Deno's own cache has no such order. */
export const packagesFolder = ".cache/packages";

/**
 * Bundles `main.ts` of the repository at `root`. The same files give the same bytes, wherever they lie.
 * Rejects where something does not resolve.
 *
 * esbuild is what `deno bundle` runs too. By itself it leaves out what packages declare to be free of
 * side effects, which through `deno bundle` it does not.
 */
export async function bundle(root: string): Promise<Bundle> {
  await layOutPackages(root);
  const parts: string[] = [];
  const common = await optionsFor(root);
  try {
    const { outputFiles, metafile } = await esbuild.build({
      ...common,
      entryPoints: ["main.ts"],
      // What packages for Node.js call by `require` is Node.js's own modules.
      banner: {
        js: 'import{createRequire as __require_of}from"node:module";' +
          "const require=__require_of(import.meta.url);",
      },
      plugins: [leaveOut, lateModules, onlyUsed(common, parts)],
    });
    const [output] = outputFiles;
    if (output === undefined) throw new Error("esbuild has made no bundle");
    const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .map(([path]) => path)
    );
    const whole = used.find((path) => sdkClient.test(path));
    if (whole !== undefined) {
      throw new Error(`${whole} is bundled whole; import its parts from src/aws/packages/`);
    }
    return { code: output.contents, sources: [...new Set([...used, ...parts])].sort() };
  } finally {
    await esbuild.stop();
  }
}

/** A file of one of the AWS SDK's clients. */
const sdkClient = /\/@aws-sdk\/client-[^/]+\//;

type Options = esbuild.BuildOptions & { readonly write: false; readonly metafile: true };

async function optionsFor(root: string): Promise<Options> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  return {
    absWorkingDir: root,
    nodePaths: [`${root}/${packagesFolder}/node_modules`],
    alias: aliasesOf(imports),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "esnext",
    mainFields: ["module", "main"],
    conditions: ["deno", "module", "import"],
    legalComments: "none",
    logLevel: "error",
    write: false,
    metafile: true,
  };
}

/** Names of deno.json that stand for packages of other names. */
function aliasesOf(imports: Readonly<Record<string, string>>): Record<string, string> {
  const pairs = Object.entries(imports).map(([name, specifier]) => [
    name,
    specifier.replace(/^npm:(@?[^@]+)@[^/]+/, "$1"),
  ]);
  return Object.fromEntries(pairs.filter(([name, target]) => name !== target));
}

/** Packages that nothing here calls: grpc-js loads this one only to read .proto files at run time. */
const leaveOut: esbuild.Plugin = {
  name: "leave-out",
  setup: (build) => {
    build.onResolve({ filter: /^@grpc\/proto-loader$/ }, ({ path }) => ({
      path,
      namespace: "left-out",
    }));
    build.onLoad({ filter: /.*/, namespace: "left-out" }, ({ path }) => ({
      contents: `throw new Error("${path} is not in this bundle");`,
    }));
  },
};

/**
 * Loads a module of Node.js with the part of the program that needs it. As an import of the one module it
 * would be loaded before anything runs: most are for the AWS SDK, which the handshake does without.
 */
const lateModules: esbuild.Plugin = {
  name: "late-modules",
  setup: (build) => {
    build.onResolve(
      { filter: /./ },
      ({ path, kind }) =>
        (kind === "import-statement" || kind === "dynamic-import") && isBuiltin(path)
          ? { path: path.replace(/^(?:node:)?/, "node:"), namespace: "late" }
          : undefined,
    );
    build.onLoad({ filter: /./, namespace: "late" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Cuts the AWS SDK's clients and OpenTelemetry down to what the `packages` folders of `src` export of them. A
 * module that is imported when it is needed is kept whole otherwise, with all that it imports.
 */
function onlyUsed(common: Options, parts: string[]): esbuild.Plugin {
  return {
    name: "only-used",
    setup: (build) => {
      build.onLoad({ filter: /\/src\/\w+\/packages\/[^/]+\.ts$/ }, async ({ path }) => {
        const { outputFiles, metafile } = await esbuild.build({
          ...common,
          entryPoints: [path],
          plugins: [externalBut(/^@aws-sdk\/client-|^@opentelemetry\//)],
        });
        const sources = Object.keys(metafile.inputs);
        parts.push(...sources);
        // What the packages themselves import is found from where they are.
        const first = sources.find((source) => source.startsWith(packagesFolder));
        if (first === undefined) throw new Error(`${path} exports no part of a package`);
        return {
          contents: outputFiles[0]?.text ?? "",
          loader: "js",
          resolveDir: `${common.absWorkingDir}/${first.slice(0, first.lastIndexOf("/"))}`,
        };
      });
    },
  };
}

/** Leaves all packages but those that match to the bundle around. */
function externalBut(kept: RegExp): esbuild.Plugin {
  return {
    name: "external",
    setup: (build) => {
      build.onResolve(
        { filter: /^[^./]/ },
        ({ path }) => kept.test(path) ? undefined : { path, external: true },
      );
    },
  };
}

/** Puts the packages of deno.lock into a node_modules of their own, from Deno's cache. */
async function layOutPackages(root: string): Promise<void> {
  const folder = `${root}/${packagesFolder}`;
  await Deno.mkdir(folder, { recursive: true });
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({ imports: config.imports, lock: config.lock, nodeModulesDir: "auto" }),
  );
  await Deno.copyFile(`${root}/deno.lock`, `${folder}/deno.lock`);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--frozen", "--quiet"],
    cwd: folder,
  }).output();
  if (!success) throw new Error(`deno install failed: ${new TextDecoder().decode(stderr)}`);
}
