/**
 * Run as the plugin is: tries what the program must not be able to do, and prints what came of each try,
 * as JSON. Its argument is a folder that the probe may write to.
 */
const [folder = ""] = Deno.args;

/** What came of a try: `done`, or the name of the error. */
async function outcome(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return "done";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

const write = (path: string) => outcome(() => Deno.writeTextFile(path, "probe"));
const read = (path: string) => outcome(() => Deno.readTextFile(path));
const load = (specifier: string) => outcome(() => import(specifier));

const results: Record<string, unknown> = {
  spawn: await outcome(() => new Deno.Command("true").output()),
  "spawn by node:child_process": await outcome(async () => {
    const { spawnSync } = await import("node:child_process");
    spawnSync("touch", [`${folder}/spawned`]);
    await Deno.stat(`${folder}/spawned`);
  }),
  dlopen: await outcome(() => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {})),
  "load an add-on of Node.js": await outcome(async () =>
    (await import("node:process")).default.dlopen({ exports: {} }, `${folder}/addon.node`)
  ),
  "import an address": await load("https://deno.land/std/version.ts"),
  "import a package": await load("npm:left-pad@1.3.0"),
  "read /etc/shadow": await read("/etc/shadow"),
  "read the environment of a process": await read("/proc/1/environ"),
  "read a file of the AWS configuration": await read(`${folder}/credentials`),
  "write to /etc": await write("/etc/nomad-driver-ecs.probe"),
  "write to /usr/bin": await write("/usr/bin/nomad-driver-ecs.probe"),
  "write outside, before an allocation": await write(`${folder}/before`),
  variables: Object.keys(Deno.env.toObject()).sort(),
};
Deno.permissions.requestSync({ name: "write", path: `${folder}/alloc` });
Deno.permissions.revokeSync({ name: "write", path: "/" });
results["write outside, after an allocation"] = await write(`${folder}/after`);
results["write to an allocation"] = await write(`${folder}/alloc/record`);
results["take the power back"] =
  Deno.permissions.requestSync({ name: "write", path: folder }).state;
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(results)));
