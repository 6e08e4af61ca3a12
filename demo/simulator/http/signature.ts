import { AwsError } from "../request/aws_error.ts";

/** Who signed a request, and for which region. */
export type Signer = { readonly key: string; readonly region: string };

/**
 * Reads the signer of a request for a service. The signature itself is not verified.
 *
 * @throws `AwsError` if the request is not signed, or for another service.
 */
export function signerOf(authorization: string | undefined, service: string): Signer {
  if (authorization === undefined) {
    throw new AwsError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  const [, key = "", region = "", signedFor] =
    /Credential=([^/]+)\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/.exec(authorization) ?? [];
  if (signedFor === undefined) {
    throw new AwsError(
      "IncompleteSignatureException",
      "Authorization header requires a 'Credential' scope of this service.",
    );
  }
  if (signedFor !== service) {
    throw new AwsError(
      "InvalidSignatureException",
      `Credential should be scoped to correct service: '${service}'.`,
    );
  }
  return { key, region };
}
