const encoder = new TextEncoder();

/**
 * A message as lines: with the container's name in front of each where `label` is one. A message of
 * several lines is what a log driver with a pattern for them has put together.
 */
export function lineBytes(message: string, label: string | undefined): Uint8Array {
  const text = message.endsWith("\n") ? message.slice(0, -1) : message;
  if (label === undefined) return encoder.encode(`${text}\n`);
  return encoder.encode(text.split("\n").map((line) => `${label}: ${line}\n`).join(""));
}
