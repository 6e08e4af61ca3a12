/** Does something with more variables in the environment, and without them after it. */
export async function withEnv(
  variables: Record<string, string>,
  work: () => Promise<void>,
): Promise<void> {
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await work();
  } finally {
    for (const name of Object.keys(variables)) Deno.env.delete(name);
  }
}
