import { assertEquals } from "@std/assert";
import { createOutputReader, type ExecEvent } from "../../../src/exec/output.ts";
import { commandLine, endOfInput, quoted } from "../../../src/exec/shell_script.ts";

/** The shells of this machine that containers have too. */
const shells = (await Promise.all(["dash", "bash", "busybox"].map(async (name) => {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${name}`] }).output();
  return success ? [name] : [];
}))).flat();

/** Splits a line as ECS Exec does: quotes and backslashes, no expansion. */
function split(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === " " && word !== undefined) {
      words.push(word);
      word = undefined;
    } else if (character === "'") {
      const end = line.indexOf("'", at + 1);
      word = (word ?? "") + line.slice(at + 1, end);
      at = end;
    } else if (character === "\\") {
      word = (word ?? "") + line.charAt(++at);
    } else if (character !== " ") {
      word = (word ?? "") + character;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** Runs a command line as the agent in a container does, on pipes in place of its terminal. */
async function run(
  shell: string,
  command: string[],
  input: Uint8Array,
): Promise<{ stdout: Uint8Array; stderr: string; code: number | undefined }> {
  const [, ...args] = split(commandLine(command, "pipes"));
  const process = new Deno.Command(shell, {
    args: shell === "busybox" ? ["sh", ...args] : args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  const feed = async () => {
    for (let at = 0; at < input.byteLength; at += 3_000) {
      await writer.write(encode(`${input.subarray(at, at + 3_000).toBase64()}\n`));
    }
    await writer.write(encode(`${endOfInput}\n`));
    await writer.close();
  };
  const fed = feed().catch(() => {}); // a command that reads nothing has ended before
  const { stdout } = await process.output();
  await fed;
  const reader = createOutputReader("pipes");
  const events = [...reader.read(stdout), ...reader.rest()];
  const of = (stream: "stdout" | "stderr") =>
    Uint8Array.from(
      events.flatMap((event) =>
        event.kind === "output" && event.stream === stream ? [...event.bytes] : []
      ),
    );
  const exit = events.find((event): event is Extract<ExecEvent, { kind: "exited" }> =>
    event.kind === "exited"
  );
  return { stdout: of("stdout"), stderr: new TextDecoder().decode(of("stderr")), code: exit?.code };
}

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("words reach the command as they are", () => {
  const words = ["plain", "two words", "it's", "", "a\nb", "$HOME", "#no comment", '"', "\\", "*"];
  assertEquals(split(words.map(quoted).join(" ")), words);
});

Deno.test("there is a shell to try the wrapper with", () => {
  assertEquals(shells.length > 0, true);
});

for (const shell of shells) {
  Deno.test(`${shell}: the exit code is the command's`, async () => {
    assertEquals((await run(shell, ["sh", "-c", "exit 3"], new Uint8Array())).code, 3);
    assertEquals((await run(shell, ["true"], new Uint8Array())).code, 0);
    assertEquals((await run(shell, ["no-such-program"], new Uint8Array())).code, 127);
  });

  Deno.test(`${shell}: standard output and error stay apart`, async () => {
    const { stdout, stderr } = await run(
      shell,
      ["sh", "-c", "echo out; echo err >&2; echo more"],
      new Uint8Array(),
    );
    assertEquals([decode(stdout), stderr], ["out\nmore\n", "err\n"]);
  });

  Deno.test(`${shell}: every byte value passes through the command unchanged`, async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
    const { stdout, code } = await run(shell, ["cat"], bytes);
    assertEquals(code, 0);
    assertEquals(stdout, bytes);
  });

  Deno.test(`${shell}: a command that reads no input ends all the same`, async () => {
    const { stdout, code } = await run(shell, ["echo", "a  b"], encode("unread"));
    assertEquals([decode(stdout), code], ["a  b\n", 0]);
  });

  Deno.test(`${shell}: two streams that write at once do not split each other's lines`, async () => {
    const script = "for i in $(seq 300); do echo out-$i; echo err-$i >&2; done";
    const { stdout, stderr } = await run(shell, ["sh", "-c", script], new Uint8Array());
    const numbered = (word: string) =>
      Array.from({ length: 300 }, (_, at) => `${word}-${at + 1}\n`).join("");
    assertEquals(decode(stdout), numbered("out"));
    assertEquals(stderr, numbered("err"));
  });
}
