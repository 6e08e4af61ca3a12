/** Copies what a build needs of the repository at `root` into the folder `copy`, with the same Deno. */
export async function copyRepository(root: string, copy: string): Promise<void> {
  await Deno.mkdir(`${copy}/.tools`, { recursive: true });
  await Deno.symlink(await Deno.realPath(`${root}.tools/deno`), `${copy}/.tools/deno`);
  for (const name of ["deno.json", "deno.lock", "main.ts", "src", "tools", "LICENSE"]) {
    await copyInto(`${root}${name}`, `${copy}/${name}`);
  }
}

async function copyInto(source: string, target: string): Promise<void> {
  if (!(await Deno.stat(source)).isDirectory) return await Deno.copyFile(source, target);
  await Deno.mkdir(target);
  for await (const { name } of Deno.readDir(source)) {
    await copyInto(`${source}/${name}`, `${target}/${name}`);
  }
}
