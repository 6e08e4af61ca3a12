/** What a person can do about an error of AWS's or Nomad's. The errors' own messages advise a plugin's user. */
import { EcsError } from "../aws/error.ts";
import { isForTime } from "../aws/error_codes.ts";
import { NomadError, type NomadErrorKind } from "../nomad/error.ts";

export const credentialsFix =
  "give the process credentials: an instance or task role, AWS_PROFILE, AWS_ACCESS_KEY_ID, or --profile";
export const clockFix = "let a time service set this host's clock (chrony, systemd-timesyncd)";
export const againFix = "run doctor again in a while";
export const regionFix = "set region in the plugin block's config, AWS_REGION, or --region";

/** What to do where AWS refuses the credentials of a call. */
export function refusalFix(answer: string): string {
  return isForTime(answer) ? clockFix : credentialsFix;
}

/** An error as the tool tells it: what was asked, what came back, and what to do. */
export function errorInWords(error: EcsError | NomadError): string {
  if (error instanceof NomadError) {
    return `Nomad API ${error.attempted}: ${error.answer}${after(nomadFix(error.kind))}`;
  }
  return `${error.attempted}: ${error.answer}${after(awsFix(error))}`;
}

function after(fix: string | undefined): string {
  return fix === undefined ? "" : `; ${fix}`;
}

/** What to do about a failed call to AWS; undefined where AWS's answer alone can tell. */
function awsFix({ kind, answer }: EcsError): string | undefined {
  switch (kind) {
    case "credentials":
      return refusalFix(answer);
    case "no_region":
      return regionFix;
    case "denied":
      return "allow it in the IAM policy of this identity: the doctor command names the statement";
    case "no_cluster":
      return "check --cluster, --region and the account";
    case "throttled":
      return "try again in a while";
    case "unavailable":
      return "check the network, the proxy and the endpoint, and try again";
    case "no_task":
    case "no_resource":
    case "conflict":
    case "capacity":
    case "not_yet":
    case "rejected":
      return undefined;
  }
}

/** What to do about a failed question to Nomad; undefined where the answer tells. */
export function nomadFix(kind: NomadErrorKind): string | undefined {
  switch (kind) {
    case "denied":
      return "check the token in NOMAD_TOKEN or --nomad-token-file, and its ACL policy";
    case "misconfigured":
      return undefined;
    case "unreachable":
      return "check that the agent runs, and --nomad-address or NOMAD_ADDR";
    case "untrusted":
      return "check ca_file, tls_server_name, cert_file and key_file of the nomad block, or NOMAD_CACERT, " +
        "NOMAD_TLS_SERVER_NAME, NOMAD_CLIENT_CERT and NOMAD_CLIENT_KEY";
    case "busy":
      return "try again once Nomad's servers have a leader";
    case "too_large":
      return "let Nomad collect its garbage: nomad system gc";
    case "unusable":
      return "check that --nomad-address or NOMAD_ADDR is that of a Nomad agent's HTTP API";
  }
}
