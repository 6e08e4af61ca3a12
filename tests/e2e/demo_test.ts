import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createCensus } from "../../demo/lib/leftovers.ts";
import { eventually } from "../../demo/lib/process.ts";
import { nomad } from "./harness/cli.ts";
import { nomadVersion } from "./harness/site.ts";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../demo/run.ts", import.meta.url));

/** What a run of the demo printed, its exit code, and what it left on this machine. */
type Played = { readonly code: number; readonly text: string; readonly left: readonly string[] };

/** Plays chapters in a folder of their own. `disturb` ends the demo once it has printed `when`. */
async function play(
  chapters: readonly string[],
  disturb?: { readonly when: RegExp; readonly signal: Deno.Signal },
): Promise<Played> {
  const folder = await Deno.makeTempDir({ prefix: "nomad-ecs-demo-test-" });
  const census = createCensus(folder);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--frozen", "-A", script, "--nomad", nomad],
      ...chapters.flatMap((name) => ["--chapter", name]),
    ],
    env: { TMPDIR: folder },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let text = "";
  let disturbed = false;
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (disturb === undefined || disturbed || !disturb.when.test(text)) continue;
    disturbed = true;
    child.kill(disturb.signal);
  }
  const { code } = await child.status;
  const found = () => [
    ...census.running(),
    ...census.mounts(),
    ...[...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`),
  ];
  await eventually("nothing is left", () => found().length === 0 ? true : undefined, {
    seconds: 60,
  }).catch(() => {});
  const left = found();
  await Deno.remove(folder, { recursive: true });
  return { code, text, left };
}

Deno.test(`Nomad ${nomadVersion}: every chapter of the demo holds, and leaves nothing`, async () => {
  const { code, text, left } = await play([]);
  assertEquals([code, left], [0, []], text);
  assertStringIncludes(text, "chapters hold, in");
  assert(!text.includes("\x1b"), "lines alone, as this is no terminal");
  assert(!text.includes("https://"), "nothing asks AWS itself");
});

// While agents start, in a wait, in the middle of a burst, and after a client was killed.
const moments: readonly [string, RegExp, string[]][] = [
  ["the agents start", /starting a simulated AWS/, ["web"]],
  ["ECS starts a task", /ECS provisions/, ["web"]],
  ["a hundred tasks run", /[1-9]\d* of 100/, ["burst"]],
  ["a client is gone", /misses the client's heartbeat/, ["loss"]],
];

for (const [moment, when, chapters] of moments) {
  Deno.test(`Nomad ${nomadVersion}: Ctrl-C leaves nothing of the demo while ${moment}`, async () => {
    const { code, text, left } = await play(chapters, { when, signal: "SIGINT" });
    assertEquals([code, left], [130, []], text);
    assertStringIncludes(text, "Interrupted. Nothing is left.");
  });
}

Deno.test(`Nomad ${nomadVersion}: a demo whose terminal is gone leaves nothing either`, async () => {
  const { left, text } = await play(["web"], { when: /ECS provisions/, signal: "SIGKILL" });
  assertEquals(left, [], text);
});
