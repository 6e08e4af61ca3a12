import { invalidParameter } from "../request/aws_error.ts";

/** Whether a message matches a filter pattern. */
export type Matcher = (message: string) => boolean;

/** Most characters of a pattern. */
const longestPattern = 1_024;

/**
 * Reads a filter pattern of CloudWatch Logs: terms and quoted phrases that must all be there, `-term`
 * that must not, `?term` of which one must be; `%regular expression%` in place of a term; or `{ $.a.b = "text" && ($.c >= 3 || $.d != 1) }` for
 * messages that are JSON. `*` in a text stands for anything. Messages of columns (`[a, b]`), and in
 * JSON regular expressions, arrays and the operators IS and NOT EXISTS are not there.
 *
 * @throws `AwsError` for any other pattern.
 */
export function readPattern(pattern: string): Matcher {
  if (pattern.length > longestPattern) {
    throw invalidParameter(
      "1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: Member " +
        `must have length less than or equal to ${longestPattern}`,
    );
  }
  const text = pattern.trim();
  if (text === "") return () => true;
  // A pattern of columns would as a term match nothing, and seem to find nothing.
  if (text.startsWith("[")) throw invalidPattern();
  return text.startsWith("{") ? readJsonPattern(text) : readTerms(text);
}

function readTerms(text: string): Matcher {
  const terms = [...text.matchAll(/([-?]?)(?:%((?:[^%\\]|\\.)+)%|"([^"]*)"|([^\s"]+))/g)].map((
    [, sign = "", expression, phrase, term = ""],
  ) => ({ sign, isIn: expression === undefined ? has(phrase ?? term) : fits(expression) }));
  const of = (wanted: string) => terms.filter(({ sign }) => sign === wanted);
  const any = of("?");
  return (message) =>
    of("").every(({ isIn }) => isIn(message)) &&
    of("-").every(({ isIn }) => !isIn(message)) &&
    (any.length === 0 || any.some(({ isIn }) => isIn(message)));
}

function has(text: string): Matcher {
  return (message) => message.includes(text);
}

/** Regular expressions of CloudWatch Logs have fewer forms than those of JavaScript. */
function fits(expression: string): Matcher {
  try {
    const regex = new RegExp(expression);
    return (message) => regex.test(message);
  } catch {
    throw invalidPattern();
  }
}

type Test = (value: unknown) => boolean;

function readJsonPattern(text: string): Matcher {
  const body = /^\{(.*)\}$/s.exec(text)?.[1];
  const tokens = body?.match(/&&|\|\||[()]|!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|[^\s()=<>!&|"]+/g);
  if (tokens === null || tokens === undefined) throw invalidPattern();
  const reader = { tokens, at: 0 };
  const test = readEither(reader);
  if (reader.at < tokens.length) throw invalidPattern();
  return (message) => {
    try {
      return test(JSON.parse(message));
    } catch {
      return false; // a message that is no JSON matches no JSON pattern
    }
  };
}

type Reader = { readonly tokens: readonly string[]; at: number };

function readEither(reader: Reader): Test {
  const tests = [readBoth(reader)];
  while (taken(reader, "||")) tests.push(readBoth(reader));
  return (value) => tests.some((test) => test(value));
}

function readBoth(reader: Reader): Test {
  const tests = [readOne(reader)];
  while (taken(reader, "&&")) tests.push(readOne(reader));
  return (value) => tests.every((test) => test(value));
}

function readOne(reader: Reader): Test {
  if (taken(reader, "(")) {
    const test = readEither(reader);
    if (!taken(reader, ")")) throw invalidPattern();
    return test;
  }
  const selector = reader.tokens[reader.at++] ?? "";
  const operator = reader.tokens[reader.at++] ?? "";
  const operand = reader.tokens[reader.at++] ?? "";
  const path = /^\$((?:\.[A-Za-z0-9_-]+)+)$/.exec(selector)?.[1]?.slice(1).split(".");
  if (path === undefined || operand === "") throw invalidPattern();
  return (value) => {
    let found = value;
    for (const name of path) found = (found as Record<string, unknown> | undefined)?.[name];
    return compare(found, operator, operand);
  };
}

function compare(found: unknown, operator: string, operand: string): boolean {
  const quoted = operand.startsWith('"');
  const text = quoted ? String(JSON.parse(operand)) : operand;
  const number = Number(text);
  if (typeof found === "number" && !quoted && !Number.isNaN(number)) {
    switch (operator) {
      case "=":
        return found === number;
      case "!=":
        return found !== number;
      case "<":
        return found < number;
      case "<=":
        return found <= number;
      case ">":
        return found > number;
      case ">=":
        return found >= number;
    }
  }
  const matches = typeof found === "string" && wildcard(text).test(found);
  switch (operator) {
    case "=":
      return matches;
    case "!=":
      return typeof found === "string" && !matches;
    case "<":
    case "<=":
    case ">":
    case ">=":
      return false;
    default:
      throw invalidPattern();
  }
}

function wildcard(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s");
}

function taken(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.at] !== token) return false;
  reader.at += 1;
  return true;
}

function invalidPattern() {
  return invalidParameter("Invalid filter pattern");
}
