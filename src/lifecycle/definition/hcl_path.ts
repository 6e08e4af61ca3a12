/** Names of the jobspec's blocks that are not just AWS's in snake case. */
const blockNames: Readonly<Record<string, string>> = {
  containerDefinitions: "container",
  devices: "device",
  environmentFiles: "environment_files",
  mountPoints: "mount_point",
  portMappings: "port_mapping",
  secretOptions: "secrets",
  ulimits: "ulimit",
  volumes: "volume",
};

/** A path in AWS's names as the jobspec's `definition` block has it. */
export function hclPath(path: string): string {
  return path.replace(
    /[A-Za-z0-9]+(?=[.[]|$)/g,
    (name) =>
      /^[0-9]+$/.test(name)
        ? name
        : blockNames[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
}
