/** A machine that executables are made for. */
export type Target = {
  /** What `deno compile --target` calls it. */
  readonly triple: string;
  readonly os: "linux" | "darwin" | "windows";
  readonly arch: "amd64" | "arm64";
};

/** Every machine that `deno compile` makes executables for and Nomad runs on. */
export const targets: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", os: "linux", arch: "amd64" },
  { triple: "aarch64-unknown-linux-gnu", os: "linux", arch: "arm64" },
  { triple: "x86_64-apple-darwin", os: "darwin", arch: "amd64" },
  { triple: "aarch64-apple-darwin", os: "darwin", arch: "arm64" },
  { triple: "x86_64-pc-windows-msvc", os: "windows", arch: "amd64" },
];

/** A target by its name. Throws where no executables are made for it. */
export function targetOf(triple: string): Target {
  const found = targets.find((target) => target.triple === triple);
  if (found === undefined) throw new Error(`no executable is made for ${triple}`);
  return found;
}

/**
 * The name of a published executable.
 *
 * @example `nomad-driver-ecs_1.2.3_linux_amd64`
 */
export function releaseName(name: string, version: string, { os, arch }: Target): string {
  return `${name}_${version}_${os}_${arch}${os === "windows" ? ".exe" : ""}`;
}
