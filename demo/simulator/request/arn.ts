import { invalidParameter } from "./aws_error.ts";

/** Refuses an ARN of another region. A plain name passes. */
export function refuseForeignArn(nameOrArn: string, region: string): void {
  const [scheme, , , of] = nameOrArn.split(":");
  if (scheme === "arn" && of !== region) throw invalidParameter("Invalid Region in ARN");
}
