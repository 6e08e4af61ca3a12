/** A source of credentials failed: the SDK's own chain, STS, or what stands in a shared file. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";

  constructor(cause: unknown) {
    super(`no AWS credentials: ${reasonOf(cause)}`, { cause });
  }
}

/** What the source says, but for what came from it: an answer of STS that is broken has keys in it. */
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
