/**
 * The value of the magic cookie, which tells a plugin that a Nomad agent started it and not a person. All
 * Nomad plugins share it; it is no secret.
 */
export const magicCookie = {
  name: "NOMAD_PLUGIN_MAGIC_COOKIE",
  value: "e4327c2e01eabfd75a8a67adb114fb34a757d57eee7728d857a8cec6e91a7255",
} as const;

/** The version of go-plugin's application protocol that Nomad speaks. */
export const protocolVersion = 2;

/** Where the plugin is to listen. */
export type Transport =
  | {
    readonly kind: "unix";
    /** Folder for the socket; undefined for the system's temporary folder. */
    readonly folder: string | undefined;
    /** Name or number of the group that may connect besides the owner. */
    readonly group: string | undefined;
  }
  | { readonly kind: "tcp"; readonly minPort: number; readonly maxPort: number };

/** What the plugin host asks for through environment variables. */
export type PluginEnvironment = {
  readonly transport: Transport;
  /** The host's certificate, in PEM, where it wants mutual TLS. */
  readonly clientCertificate: string | undefined;
  /** Whether the host can multiplex brokered connections, and so must be told that the plugin cannot. */
  readonly asksForMultiplexing: boolean;
};

/** Who started this process: a plugin host, a person, or a host that asks for the impossible. */
export type Invocation =
  | { kind: "person" }
  | { kind: "host"; environment: PluginEnvironment }
  | { kind: "mismatch"; reason: string };

/** Reads the environment that a process was started with. */
export function readInvocation(
  variables: Readonly<Record<string, string>>,
  platform: typeof Deno.build.os,
): Invocation {
  if (variables[magicCookie.name] !== magicCookie.value) return { kind: "person" };
  const versions = variables["PLUGIN_PROTOCOL_VERSIONS"];
  if (versions !== undefined && !versions.split(",").includes(String(protocolVersion))) {
    const reason = `the host speaks plugin protocol versions ${versions} ` +
      `(PLUGIN_PROTOCOL_VERSIONS); this plugin speaks ${protocolVersion}`;
    return { kind: "mismatch", reason };
  }
  const transport = transportFor(variables, platform);
  if (typeof transport === "string") return { kind: "mismatch", reason: transport };
  return {
    kind: "host",
    environment: {
      transport,
      clientCertificate: variables["PLUGIN_CLIENT_CERT"] || undefined,
      asksForMultiplexing: variables["PLUGIN_MULTIPLEX_GRPC"] !== undefined,
    },
  };
}

/** Where to listen, or why that cannot be. Ports matter on Windows only. */
function transportFor(
  variables: Readonly<Record<string, string>>,
  platform: typeof Deno.build.os,
): Transport | string {
  if (platform !== "windows") {
    return {
      kind: "unix",
      folder: variables["PLUGIN_UNIX_SOCKET_DIR"] || undefined,
      group: variables["PLUGIN_UNIX_SOCKET_GROUP"] || undefined,
    };
  }
  const minPort = port(variables["PLUGIN_MIN_PORT"]);
  const maxPort = port(variables["PLUGIN_MAX_PORT"]);
  return minPort === undefined || maxPort === undefined || minPort > maxPort
    ? `PLUGIN_MIN_PORT=${variables["PLUGIN_MIN_PORT"] ?? ""} and ` +
      `PLUGIN_MAX_PORT=${variables["PLUGIN_MAX_PORT"] ?? ""} are no range of ports`
    : { kind: "tcp", minPort, maxPort };
}

/** A port; 0 where none is given, undefined where the text is not a port. */
function port(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return 0;
  const number = Number(text);
  return Number.isInteger(number) && number >= 0 && number <= 65_535 ? number : undefined;
}
