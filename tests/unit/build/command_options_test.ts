import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Commands that would try nothing, and find no fault, if they took these words. */
const refused: [command: string, args: string[], text: string][] = [
  [
    "tests/simulation/main.ts",
    ["--seeds", "abc"],
    '--seeds must be a whole number of at least 1; got "abc"',
  ],
  [
    "tests/simulation/main.ts",
    ["--seeds", "0"],
    '--seeds must be a whole number of at least 1; got "0"',
  ],
  [
    "tests/simulation/main.ts",
    ["--from", "1e"],
    '--from must be a whole number of at least 0; got "1e"',
  ],
  [
    "tests/simulation/starts/main.ts",
    ["--seeds", "0"],
    '--seeds must be a whole number of at least 1; got "0"',
  ],
  [
    "tests/simulation/starts/main.ts",
    ["--from", "1e"],
    '--from must be a whole number of at least 0; got "1e"',
  ],
  [
    "tests/simulation/mutants.ts",
    ["none"],
    'the number of seeds must be a whole number of at least 1; got "none"',
  ],
  [
    "tests/simulation/mutants.ts",
    ["1", "no such mutant"],
    'no mutant has "no such mutant" in its name',
  ],
  [
    "tests/fuzz/main.ts",
    ["--runs", "many"],
    '--runs must be a whole number of at least 0; got "many"',
  ],
  [
    "tests/fuzz/main.ts",
    ["--times=-1"],
    '--times must be a whole number of at least 1; got "-1"',
  ],
  ["tests/fuzz/main.ts", ["--from", ""], '--from must be a whole number of at least 0; got ""'],
  [
    "tests/fuzz/main.ts",
    ["--kind", "nope"],
    '--kind must be configuration, handle, sequence, frame, answer; got "nope"',
  ],
  [
    "tests/fuzz/neighbours.ts",
    ["--only", "no such input"],
    'no input has "no such input" in its name',
  ],
  [
    "tests/bench/soak.ts",
    ["--tasks", "x"],
    '--tasks must be a whole number of at least 1; got "x"',
  ],
  [
    "tests/bench/soak.ts",
    ["--rates", "0.5,2"],
    '--rates must be a number from 0 to 1; got "2"',
  ],
  [
    "demo/simulator/main.ts",
    ["--port", "abc"],
    '--port must be a whole number from 0 to 65535; got "abc"',
  ],
  ["demo/simulator/main.ts", ["--speed", "0"], '--speed must be a number above 0; got "0"'],
];

for (const [command, args, text] of refused) {
  Deno.test(`${command} ${args.join(" ")} is refused, and says what is allowed`, async () => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--frozen", "--no-check", "-A", command, ...args],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [2, `${text}\n`]);
  });
}
