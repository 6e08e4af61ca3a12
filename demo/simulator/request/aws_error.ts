/** An error as AWS answers it: its type, HTTP status, message and further fields. */
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

/** A parameter of the request is not as it must be. */
export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}

/** The request cannot be carried out as it stands. */
export function clientException(message: string): AwsError {
  return new AwsError("ClientException", message);
}
