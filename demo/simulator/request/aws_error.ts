/** An error that AWS answers: type, message, HTTP status and further fields. */
export class AwsError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status: number = 400,
    readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** Refuses a parameter of the request. */
export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

/** Refuses a request that cannot be carried out. */
export function clientException(message: string): AwsError {
  return new AwsError("ClientException", message);
}
