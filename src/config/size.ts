/*
 * How large and how deep a value is. Counting ends at the limit, so that a value of any size is refused
 * in time that the limit bounds.
 */

/**
 * Whether the JSON of a value, without members that are null, has more than `limit` characters. Escapes
 * are not counted, so that a value with many may pass.
 */
export function isLongerThan(value: unknown, limit: number): boolean {
  const open: unknown[] = [value];
  let size = 0;
  while (open.length > 0 && size <= limit) {
    const next = open.pop();
    if (typeof next === "string") {
      size += next.length + '""'.length;
    } else if (ArrayBuffer.isView(next)) {
      size += next.byteLength;
    } else if (Array.isArray(next)) {
      // Each entry has a character at least.
      if (size + next.length > limit) return true;
      size += next.length;
      for (const item of next) open.push(item);
    } else if (isTree(next)) {
      size += "{}".length;
      for (const [key, member] of Object.entries(next)) {
        if (member === null || member === undefined) continue;
        size += key.length + '"":'.length;
        open.push(member);
      }
    }
  }
  return size > limit;
}

/** Whether a value has more than `limit` lists or maps within one another. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level = [value].filter(isTree);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((tree) => Object.values(tree).filter(isTree));
  }
  return false;
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
