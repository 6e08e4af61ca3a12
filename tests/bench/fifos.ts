/**
 * Reads the named pipes of the bench's tasks, as Nomad's logmon processes do. A process of its own, so
 * that the bench's other work does not delay what it measures. Like logmon it appends what it reads to
 * `<task>.stdout.0` beside the pipe `.<task>.stdout.fifo`. Arguments: a file that has a path a line.
 * Prints a line for each line read: when it was read in milliseconds, which pipe it came from, the line.
 */
import * as fs from "node:fs";

/** Milliseconds between two looks at all pipes: the most by which a line is read late. */
const interval = 200;

const [list = ""] = Deno.args;
const decoder = new TextDecoder();
const encoder = new TextEncoder();
// An empty pipe is an error to node:fs. Its stack trace would cost more than the read.
Error.stackTraceLimit = 0;
const pipes = Deno.readTextFileSync(list).split("\n").map((path) => ({
  fd: fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK),
  file: fs.openSync(path.replace(/\/\.([^/]+)\.fifo$/, "/$1.0"), "a"),
  rest: "",
}));
print("ready\n");
setInterval(() => {
  let lines = "";
  for (const [at, pipe] of pipes.entries()) {
    const text = read(pipe.fd);
    if (text !== "") fs.writeSync(pipe.file, text);
    const [last = "", ...complete] = (pipe.rest + text).split("\n").reverse();
    pipe.rest = last;
    const now = Date.now();
    for (const line of complete.reverse()) lines += `${now} ${at} ${line}\n`;
  }
  print(lines);
}, interval);

/** What a pipe has; empty where it has nothing, or nobody has it open for writing. */
function read(fd: number): string {
  const buffer = new Uint8Array(65_536);
  try {
    return decoder.decode(buffer.subarray(0, fs.readSync(fd, buffer)));
  } catch (error) {
    if ((error as { code?: string }).code !== "EAGAIN") throw error;
    return "";
  }
}

function print(text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
