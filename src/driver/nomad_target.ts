import { addressRule, defaultAddress, parseAddress } from "../nomad/address.ts";
import type { NomadTarget } from "../nomad/connection.ts";
import { NomadError } from "../nomad/error.ts";
import type { Settings } from "./settings.ts";

/**
 * Where Nomad's API is by the plugin block's `nomad` block, and who asks it.
 *
 * @throws `NomadError` of the kind `misconfigured` where there is no such block, or its address is none.
 */
export function nomadTarget({ config: { nomad } }: Settings): NomadTarget {
  if (nomad === undefined) {
    throw new NomadError(
      "misconfigured",
      "requests",
      "the plugin block's config has no nomad block",
    );
  }
  const text = nomad.address ?? defaultAddress;
  const address = parseAddress(text);
  if (address === undefined) {
    // Options are checked when they are decoded, so this is the variable's. It may hold a password.
    const shown = /[@?#]/.test(text) ? "a URL with more than that" : JSON.stringify(text);
    throw new NomadError(
      "misconfigured",
      "requests",
      `NOMAD_ADDR of the Nomad agent's environment must be ${addressRule}; got ${shown}. Set it so, or ` +
        `set nomad.address in the plugin block's config`,
    );
  }
  return {
    address,
    token: nomad.token,
    tokenFile: nomad.token_file,
    caFile: nomad.ca_file,
    certFile: nomad.cert_file,
    keyFile: nomad.key_file,
    tlsServerName: nomad.tls_server_name,
  };
}
