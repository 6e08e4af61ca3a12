/**
 * What Nomad's `logmon` does with the FIFOs of a task: it reads each until all writers have gone, and no
 * further, though it keeps the FIFO open. A start of it reads anew.
 */
export type Logmon = {
  readonly stdout: string;
  readonly stderr: string;
  /** What the files of an output hold. */
  text(output: "stdout" | "stderr"): Promise<string>;
  /** Reads anew, as after an agent's restart. */
  restart(): Promise<void>;
  close(): Promise<void>;
};

/** Starts it for a task called `name`. `folder` is the allocation's `alloc/logs`. */
export async function startLogmon(folder: string, name: string): Promise<Logmon> {
  await Deno.mkdir(folder, { recursive: true });
  const fifo = (output: string) => `${folder}/.${name}.${output}.fifo`;
  const file = (output: string) => `${folder}/${name}.${output}.0`;
  const outputs = ["stdout", "stderr"] as const;
  for (const output of outputs) {
    await new Deno.Command("mkfifo", { args: [fifo(output)] }).output();
    await Deno.writeTextFile(file(output), "");
  }
  const read = (output: string) =>
    new Deno.Command("sh", {
      args: ["-c", `exec 3<"${fifo(output)}"; cat <&3 >>"${file(output)}"; exec sleep 1000`],
    }).spawn();
  let readers = outputs.map(read);
  const end = async () => {
    for (const reader of readers) {
      reader.kill("SIGKILL");
      await reader.status;
    }
  };
  return {
    stdout: fifo("stdout"),
    stderr: fifo("stderr"),
    text: (output) => Deno.readTextFile(file(output)),
    restart: async () => {
      await end();
      readers = outputs.map(read);
    },
    close: end,
  };
}
