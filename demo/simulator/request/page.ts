import { invalidParameter } from "./aws_error.ts";
import { type Input, integer, optionalString } from "./input.ts";

/** Most items that ECS answers in one page, and how many where a request does not say. */
const mostItems = 100;

/**
 * The page of a list of ECS's that a request asks for by `maxResults` and `nextToken`. The token of the
 * last page is undefined.
 *
 * @throws `AwsError` where either cannot be.
 */
export function pageOf<T>(
  input: Input,
  all: readonly T[],
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const most = integer(input, "maxResults", { min: 1, max: mostItems }) ?? mostItems;
  const token = optionalString(input, "nextToken");
  if (token !== undefined && !/^[1-9][0-9]{0,9}$/.test(token)) {
    throw invalidParameter("Invalid token.");
  }
  const from = Number(token ?? 0);
  const next = from + most;
  return { items: all.slice(from, next), nextToken: next < all.length ? String(next) : undefined };
}
