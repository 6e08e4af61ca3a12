/** The Nomad under test. Empty: there is none. */
export const nomad = Deno.env.get("NOMAD_EXECUTABLE") ?? "";

/** What a command wrote, and its exit code. */
export type Ran = { readonly code: number; readonly stdout: Uint8Array; readonly stderr: string };

/** Runs Nomad's command line with this standard input. */
export async function runNomad(
  args: string[],
  { input = new Uint8Array(), env = {} }: {
    input?: Uint8Array;
    env?: Record<string, string>;
  } = {},
): Promise<Ran> {
  const process = new Deno.Command(nomad, {
    args,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const feed = async () => {
    const writer = process.stdin.getWriter();
    await writer.write(input);
    await writer.close();
  };
  feed().catch(() => {}); // a command may end before it has read all
  const { code, stdout, stderr } = await process.output();
  return { code, stdout, stderr: new TextDecoder().decode(stderr) };
}
