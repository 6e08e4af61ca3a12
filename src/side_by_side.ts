/**
 * Does work on each item, on at most `most` at the same time, and resolves when all is done. Items are begun
 * in their order. Rejects as soon as the work on one rejects; the others under way go on.
 */
export async function eachSideBySide<T>(
  items: Iterable<T>,
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = Iterator.from(items);
  const workOnNext = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: most }, workOnNext));
}
