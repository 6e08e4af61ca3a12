/** A source of credentials failed: the SDK's chain, STS, SSO, a metadata service or a shared file. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";

  constructor(cause: unknown) {
    super(`no AWS credentials: ${reasonOf(cause)}`, { cause });
  }
}

/** The source's own words. The body of its answer is left out: it may hold keys. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { $fault, $response } = thrown as {
    $fault?: unknown;
    $response?: { statusCode?: unknown };
  };
  if ($fault === undefined && $response !== undefined) {
    return `HTTP ${$response.statusCode} without usable credentials`;
  }
  return `${thrown.name}: ${thrown.message}`;
}
