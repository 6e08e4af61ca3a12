/**
 * The program that an image stands for, and its arguments: `web.ts` of the folder for `web`, `web:2`
 * and `registry.example/team/web:2`. Undefined: the folder has none.
 */
export function programOf(folder: string, image: string): readonly string[] | undefined {
  const [, name] = /(?:^|\/)([a-z0-9._-]+)(?::[^/]*)?$/.exec(image.replace(/@.*/, "")) ?? [];
  if (name === undefined) return undefined;
  const path = `${folder}/${name}.ts`;
  if (!isFile(path)) return undefined;
  // A container has no home. Deno keeps its cache where the simulator's own Deno keeps it.
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME") ?? ""}/.cache/deno`;
  const flags = ["--no-config", "--no-lock", "--no-check", "-A"];
  return ["env", `DENO_DIR=${cache}`, Deno.execPath(), "run", ...flags, path];
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
