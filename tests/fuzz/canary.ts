import { Buffer } from "node:buffer";

/**
 * A secret that is planted wherever one may stand, and must never come back: in errors, events,
 * attributes and the log. The prefix is what is looked for, so that a cut one is found as well.
 */
export type Canary = {
  /** A secret of its own for a place. */
  at(place: string): string;
  /** The secrets that a text holds, in any of the encodings that texts leave the plugin in. */
  seenIn(text: string): string[];
};

const prefix = "kanarie";

/** Makes a canary. */
export function createCanary(): Canary {
  // Base64 of three-byte groups has the prefix's first letters in one of three forms.
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from("x".repeat(shift) + prefix).toString("base64").slice(shift === 0 ? 0 : 4, -4)
  );
  const forms = [prefix, ...encoded];
  return {
    at: (place) => `${prefix}-${place}-0123456789abcdef`,
    seenIn: (text) =>
      forms.flatMap((form) => {
        const at = text.indexOf(form);
        return at < 0 ? [] : [text.slice(Math.max(0, at - 60), at + 60)];
      }),
  };
}
