import { assert, assertEquals } from "@std/assert";
import { createPatientSink, queueLimit } from "../../../src/plugin/stderr.ts";
import { failureOf, wait } from "../../harness/driver_calls.ts";
import { call, startPlugin } from "../../harness/plugin.ts";

/** A pipe that takes no more than it is told to, and whose reader may be away. */
function openPipe({ atOnce = Infinity } = {}) {
  let taken = "";
  let open = Promise.withResolvers<void>();
  open.resolve();
  return {
    write: async (bytes: Uint8Array) => {
      await open.promise;
      const part = bytes.subarray(0, Math.min(bytes.length, atOnce));
      taken += new TextDecoder().decode(part);
      return part.length;
    },
    taken: () => taken,
    leave: () => open = Promise.withResolvers<void>(),
    comeBack: () => open.resolve(),
  };
}

const lost = (lines: number) => `${lines} lost\n`;

Deno.test("lines are written whole and in order, however little is taken at once", async () => {
  const pipe = openPipe({ atOnce: 3 });
  const sink = createPatientSink(pipe.write, lost);
  for (let line = 1; line <= 100; line++) sink.write(`line ${line}\n`);
  await sink.written();
  assertEquals(pipe.taken(), Array.from({ length: 100 }, (_, at) => `line ${at + 1}\n`).join(""));
});

Deno.test("while nobody reads, lines are kept up to a bound, and then counted in their place", async () => {
  const pipe = openPipe();
  pipe.leave();
  const sink = createPatientSink(pipe.write, lost);
  const line = `${"x".repeat(1_000)}\n`;
  for (let at = 0; at < 10_000; at++) sink.write(line);
  pipe.comeBack();
  await sink.written();
  const kept = pipe.taken().split(line).length - 1;
  assert(kept * line.length <= queueLimit + line.length, String(kept));
  assert(pipe.taken().endsWith(`${10_000 - kept} lost\n`), pipe.taken().slice(-50));
  sink.write("again\n");
  await sink.written();
  assert(pipe.taken().endsWith("lost\nagain\n"));
});

Deno.test("a pipe that is closed loses lines and nothing else", async () => {
  const sink = createPatientSink(() => Promise.reject(new Deno.errors.BrokenPipe("closed")), lost);
  sink.write("line\n");
  await sink.written();
  sink.write("line\n");
  await sink.written();
});

Deno.test("a standard error that nobody reads holds up no call and no end", async () => {
  const plugin = await startPlugin({}, { stderr: "unread" });
  const connection = plugin.connect();
  try {
    // Some 200 bytes of log each, where a pipe holds 64 KiB.
    for (let batch = 0; batch < 50; batch++) {
      await Promise.all(
        Array.from({ length: 50 }, () => failureOf(wait(connection, "a/b/c"))),
      );
    }
    const { controller } = connection;
    assertEquals(await call(controller, controller.shutdown, {}), {});
    assertEquals((await plugin.status).code, 0);
  } finally {
    connection.close();
    await plugin.close();
  }
});
