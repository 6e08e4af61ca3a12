/**
 * Bytes that a text which leaves the plugin takes at most, counted as a `grpc-message` has them:
 * percent-encoded. An error goes twice into the trailers of its call, there and in Base64, and so
 * takes up to 14 KiB of them. gRPC's C library refuses trailers of over 16 KiB, and a client that is
 * sent more than it takes ends the connection that all tasks share.
 */
export const textLimit = 6 * 1024;

/**
 * The text with at most `limit` bytes in percent-encoding and no half characters, which cannot be
 * encoded. Where something is left out, the end says how much. It looks at no more of a text than it
 * gives back.
 *
 * Control characters stand as `\u001b`: texts go to terminals, and what AWS tells of a task may be the words of
 * the task's own registry or container. Line breaks and tabs stay.
 */
export function boundedText(text: string, limit: number = textLimit): string {
  const seen = text.slice(0, limit + 1);
  return cutTo(seen.replace(controls, escaped), text.length - seen.length, limit);
}

/**
 * Control characters of ASCII and Latin-1 but for tab and line feed, and characters that turn the direction
 * of writing: with them, a text can be shown as another one.
 */
const controls = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The text, cut to the limit. `more` characters of the whole text follow it. */
function cutTo(text: string, more: number, limit: number): string {
  if (more === 0 && text.length * longestEncoding <= limit) return text.toWellFormed();
  let size = 0;
  let end = 0;
  /** Where to cut if not all of it fits. */
  let cut = 0;
  for (const character of text) {
    size += encodedSize(character);
    if (size > limit) {
      return `${text.slice(0, cut).toWellFormed()}${left(text.length - cut + more)}`;
    }
    end += character.length;
    if (size <= limit - roomForEnd) cut = end;
  }
  return text.toWellFormed();
}

/** Named texts, each as `boundedText` has it. */
export function boundedTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, boundedText(text)]));
}

/** Most bytes that one UTF-16 unit takes: one of three bytes in UTF-8, each as `%E2`. */
const longestEncoding = 9;
/** Bytes that stay free for what the end of a cut text says. */
const roomForEnd = 64;

function left(characters: number): string {
  return ` ... and ${characters} more characters`;
}

/** Bytes of a character in the percent-encoding that a `grpc-message` is in. */
function encodedSize(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return /[A-Za-z0-9;,/?:@&=+$\-_.!~*'()#]/.test(character) ? 1 : 3;
  if (code < 0x800) return 6;
  return code < 0x10000 ? 9 : 12;
}
