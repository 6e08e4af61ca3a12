/** Most characters of a value that an error shows. */
const valueLimit = 200;

/** A value as an error shows it: its JSON, shortened. */
export function show(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_key, inner) => typeof inner === "bigint" ? Number(inner) : inner,
  ) ??
    String(value);
  return shorten(text, valueLimit);
}

/** The first `limit` characters of a text, and `…` where there are more. Cuts no character in two. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, isHighSurrogate ? limit - 1 : limit)}…`;
}
