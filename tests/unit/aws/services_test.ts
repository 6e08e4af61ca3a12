import { assert, assertEquals } from "@std/assert";

type Module = {
  specifier: string;
  dependencies?: { code?: { specifier: string }; isDynamic?: boolean }[];
};

Deno.test("no part of the AWS SDK is loaded before a call needs it", async () => {
  const main = new URL("../../../main.ts", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", main.pathname],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
  const byName = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const visit = (specifier: string) => {
    if (loaded.has(specifier)) return;
    loaded.add(specifier);
    for (const { code, isDynamic } of byName.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) visit(code.specifier);
    }
  };
  visit(main.href);
  assert([...loaded].some((name) => name.endsWith("/src/aws/services.ts")));
  assertEquals([...loaded].filter((name) => /aws-sdk|smithy/.test(name)), []);
});
