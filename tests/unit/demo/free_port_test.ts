import { assert, assertEquals } from "@std/assert";
import { freePort } from "../../../demo/lib/free_port.ts";

const blockOf = (port: number) => Math.floor((port - 15_000) / 300);

Deno.test("a port is given out again only after many others, and never while somebody listens on it", () => {
  const ports = Array.from({ length: 298 }, freePort);
  assertEquals(new Set(ports).size, ports.length);
  const [first] = ports;
  using taken = Deno.listen({ hostname: "127.0.0.1", port: first ?? 0 });
  for (let at = 0; at < 600; at++) assert(freePort() !== taken.addr.port);
});

Deno.test("another process gives out other ports", async () => {
  const module = new URL("../../../demo/lib/free_port.ts", import.meta.url).href;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `import { freePort } from "${module}"; console.log(freePort());`],
  }).output();
  const other = Number(new TextDecoder().decode(stdout));
  assert(other >= 15_000 && other < 30_000);
  assert(blockOf(other) !== blockOf(freePort()));
});
