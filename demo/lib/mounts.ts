/** Where something is mounted below a folder, in the order of the mounts. Reads /proc/mounts. */
export function mountsBelow(folder: string): string[] {
  return mountPointsOf(Deno.readTextFileSync("/proc/mounts"))
    .filter((path) => path.startsWith(`${folder}/`));
}

/** The mount points of a text of the form of /proc/mounts, which writes a space as `\040` (proc(5)). */
export function mountPointsOf(text: string): string[] {
  return text.split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path !== "")
    .map((path) =>
      path.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)))
    );
}
