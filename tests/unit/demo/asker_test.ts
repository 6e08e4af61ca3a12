import { assertEquals } from "@std/assert";
import { startAsking } from "../../../demo/lib/asker.ts";

const pace = { every: 5, patience: 2_000 };

/** A web server of loopback that answers with this text. */
function answering(text: string, status = 200) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(text, { status }),
  );
  return { address: `127.0.0.1:${server.addr.port}`, end: () => server.shutdown() };
}

Deno.test("a request counts as missed only where no instance answers", async () => {
  const ill = answering("ill", 503);
  const well = answering("well");
  let addresses = [ill.address, well.address];
  const asker = startAsking(() => Promise.resolve(addresses), pace);
  const first = await asker.more(3);
  assertEquals([first.missed, first.last], [0, "well"]);
  await well.end();
  addresses = [ill.address];
  const second = await asker.more(3);
  assertEquals(second.missed > 0, true);
  assertEquals(second.trouble, `${ill.address}: ill`);
  await asker.stop();
  await ill.end();
});

Deno.test("the last known instances are asked while nobody tells which there are", async () => {
  const well = answering("well");
  let known = true;
  const asker = startAsking(
    () => known ? Promise.resolve([well.address]) : Promise.reject(new Error("no answer")),
    pace,
  );
  await asker.more(1);
  known = false;
  const { missed } = await asker.more(3);
  assertEquals(missed, 0);
  const before = (await asker.stop()).answered;
  assertEquals(asker.sofar().answered, before);
  await well.end();
});
