/** Names of options, and of blocks, that a user may write a secret into, rightly or not. */
export const secretPlaces: ReadonlySet<string> = new Set([
  "command",
  "credentials_parameter",
  "definition_json",
  "docker_labels",
  "driver_opts",
  "endpoint",
  "entry_point",
  "environment",
  "external_id",
  "labels",
  "options",
  "properties",
  "secrets",
  "token",
]);
