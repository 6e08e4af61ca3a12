const page = new URL("../../docs/operations.md", import.meta.url);

/** The client configuration and the job that docs/operations.md tells its readers to copy. */
export async function operationsBlocks(): Promise<{ client: string; job: string }> {
  const text = await Deno.readTextFile(page);
  const blocks = [...text.matchAll(/^```hcl\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? "");
  const one = (what: string) => {
    const found = blocks.filter((block) => new RegExp(`^${what} `, "m").test(block));
    const [only] = found;
    if (only === undefined || found.length > 1) {
      throw new Error(
        `docs/operations.md must have one hcl block with ${what}; it has ${found.length}`,
      );
    }
    return only;
  };
  return { client: one("client"), job: one("job") };
}
