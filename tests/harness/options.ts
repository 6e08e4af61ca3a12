/**
 * A whole number that a command of this repository was given. A command that takes a word for a number would try
 * nothing and find no fault: so it ends with status 2 and says what is allowed.
 */
export function wholeNumber(name: string, text: string, least: number): number {
  if (/^[0-9]+$/.test(text) && Number(text) >= least && Number.isSafeInteger(Number(text))) {
    return Number(text);
  }
  return refuse(`${name} must be a whole number of at least ${least}; got "${text}"`);
}

/** A number that a command was given, which must be from `least` to `most`; else it ends with status 2. */
export function numberWithin(name: string, text: string, least: number, most: number): number {
  const number = text.trim() === "" ? NaN : Number(text);
  if (number >= least && number <= most) return number;
  return refuse(`${name} must be a number from ${least} to ${most}; got "${text}"`);
}

/** One of several words that a command was given; else it ends with status 2. */
export function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === text);
  return found ?? refuse(`${name} must be ${allowed.join(", ")}; got "${text}"`);
}

/** Says why a command line cannot be used, and ends the process with status 2. */
export function refuse(text: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
  Deno.exit(2);
}
