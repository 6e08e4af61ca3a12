import { map } from "./schema.ts";

/** Texts by name that ECS reads from Secrets Manager or SSM itself. */
export function secretArns(doc: string) {
  return map(doc, {
    // A user may write the secret itself here, in place of its ARN.
    secret: true,
    entry: (_name, from) =>
      /^arn:aws[a-z-]*:(secretsmanager|ssm):/.test(from) || /^[\w./-]{1,1011}$/.test(from)
        ? undefined
        : "be the ARN of a secret or of a parameter, or a parameter's name",
  });
}
