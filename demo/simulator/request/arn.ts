import { invalidParameter } from "./aws_error.ts";

/** Refuses an ARN of another region or of another account. A plain name passes. */
export function refuseForeignArn(nameOrArn: string, region: string, account: string): void {
  const [scheme, , , ofRegion, ofAccount] = nameOrArn.split(":");
  if (scheme !== "arn") return;
  if (ofRegion !== region) throw invalidParameter("Invalid Region in ARN");
  if (ofAccount !== account) {
    throw invalidParameter(`Identifier is for ${ofAccount}. Your accountId is ${account}`);
  }
}
