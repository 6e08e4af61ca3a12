/**
 * The web server of the demo, as the image `web` holds it. It listens on the container's own address.
 * The image's tag, which the task's metadata tells, is its version.
 */
const port = Number(Deno.env.get("PORT") ?? "18080");
const started = performance.now();
let answers = 0;
let reloads = 0;

const response = await fetch(Deno.env.get("ECS_CONTAINER_METADATA_URI_V4") ?? "");
const { Image } = await response.json();
const hostname = Deno.env.get("HOSTNAME") ?? "0.0.0.0";
const version = Image.split(":")[1] ?? "latest";

const server = Deno.serve(
  { hostname, port, onListen: () => print(`version ${version} listens on ${hostname}:${port}`) },
  (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/health") return new Response("well\n");
    const up = Math.floor((performance.now() - started) / 1_000);
    print(`${request.method} ${pathname} is answer ${++answers}`);
    return new Response(
      `version ${version}, process ${Deno.pid}, up ${up} s, answer ${answers}, ` +
        `configuration read ${reloads + 1} times\n`,
    );
  },
);
Deno.addSignalListener("SIGHUP", () => {
  reloads += 1;
  print("SIGHUP: the configuration is read again");
});
Deno.addSignalListener("SIGTERM", async () => {
  print(`SIGTERM: ending after ${answers} answers`);
  await server.shutdown();
  Deno.exit(0);
});

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
