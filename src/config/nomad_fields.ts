import { addressRule, defaultAddress, parseAddress } from "../nomad/address.ts";
import { optionalBlock, string } from "./schema.ts";

/** The variables of the agent's environment that stand for options of the `nomad` block. */
const variables = {
  address: "NOMAD_ADDR",
  token: "NOMAD_TOKEN",
  ca_file: "NOMAD_CACERT",
  cert_file: "NOMAD_CLIENT_CERT",
  key_file: "NOMAD_CLIENT_KEY",
  tls_server_name: "NOMAD_TLS_SERVER_NAME",
} as const;

/** Options of the `nomad` block as an environment has them. */
export type NomadDefaults = { [Option in keyof typeof variables]?: string };

/** Reads the defaults of the `nomad` block from an environment. An empty variable counts as not set. */
export function nomadDefaults(
  environment: Readonly<Record<string, string | undefined>>,
): NomadDefaults {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([option, name]) => {
      const value = environment[name];
      return value === undefined || value === "" ? [] : [[option, value]];
    }),
  );
}

/** The `nomad` block of the plugin's configuration. */
export const nomad = optionalBlock(
  "Nomad's HTTP API, by which ECS tasks pass from one client to another and none is left behind. When " +
    "the block is not set, nothing is handed over on Nomad 1.10 and later; an empty block turns it on.",
  {
    address: string(
      "URL of the HTTP API of a Nomad agent in this region: `http://host:port`, `https://host:port` or " +
        "`unix:///path/to/socket`. When not set, it is `NOMAD_ADDR` of the Nomad agent's environment, " +
        `and else \`${defaultAddress}\`.`,
      {
        secret: true,
        max: 2_048,
        check: (text) => parseAddress(text) === undefined ? `be ${addressRule}` : undefined,
      },
    ),
    token: string(
      "ACL token that the driver shows to the API. It needs `read-job` in every namespace whose jobs use " +
        'the driver, `node { policy = "read" }` and `agent { policy = "read" }`. When not set, it is ' +
        "`NOMAD_TOKEN` of the Nomad agent's environment.",
      { secret: true, max: 2_048 },
    ),
    token_file: string(
      "Path of a file on the client that holds the ACL token; in place of `token`. The driver reads it " +
        "for each request, so that the token can be renewed. When not set, `token` holds.",
      { secret: false, max: 4_096 },
    ),
    ca_file: string(
      "Path of a PEM file on the client with the certificate of the authority that signed the agent's. " +
        "When not set, it is `NOMAD_CACERT` of the Nomad agent's environment, and else the runtime's " +
        "own authorities are trusted.",
      { secret: false, max: 4_096 },
    ),
    cert_file: string(
      "Path of a PEM file on the client with the certificate that the agent asks its clients for " +
        "(`verify_https_client`). When not set, it is `NOMAD_CLIENT_CERT` of the Nomad agent's " +
        "environment, and else none is shown.",
      { secret: false, max: 4_096 },
    ),
    key_file: string(
      "Path of a PEM file on the client with the key of `cert_file`. When not set, it is " +
        "`NOMAD_CLIENT_KEY` of the Nomad agent's environment.",
      { secret: false, max: 4_096 },
    ),
    tls_server_name: string(
      "Name that the agent's certificate must have, such as `client.global.nomad`. When not set, it is " +
        "`NOMAD_TLS_SERVER_NAME` of the Nomad agent's environment, and else the host of `address`.",
      { secret: false, max: 255 },
    ),
  },
  { example: { address: "https://127.0.0.1:4646", token_file: "/etc/nomad.d/ecs-driver.token" } },
);
