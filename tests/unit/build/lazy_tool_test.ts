import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A module as `deno info` tells it. */
type Module = {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
};

/** What `main.ts` loads before it is asked for anything. */
async function loadedAtStart(): Promise<Set<string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: root,
  }).output();
  const { modules, redirects } = JSON.parse(new TextDecoder().decode(stdout)) as {
    modules: Module[];
    redirects: Record<string, string>;
  };
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const load = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const { code, isDynamic } of byName.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) {
        load(redirects[code.specifier] ?? code.specifier);
      }
    }
  };
  load(`file://${root}main.ts`);
  return loaded;
}

Deno.test("a plugin host waits for neither the tool, nor its library, nor the AWS SDK, nor OpenTelemetry", async () => {
  const loaded = [...await loadedAtStart()];
  assert(loaded.some((specifier) => specifier.endsWith("/src/plugin/serve.ts")));
  assertEquals(
    loaded.filter((specifier) =>
      /\/src\/cli\/|commander|@aws-sdk|@opentelemetry|\/src\/telemetry\/exporter/.test(specifier)
    ),
    [],
  );
});
