import { EcsError } from "./error.ts";

/** The most pages of a list that are asked for, and the most items: as many as pages of AWS's hold. */
const mostPages = 1_000;
const mostItems = 100_000;
/** Pages in a row without a new item after which a list counts as endless. AWS gives some such pages. */
const mostIdlePages = 10;

/** One page of a list. */
export type Page = {
  readonly items: readonly string[];
  /** What the next page is asked for by; undefined or empty with the last one. */
  readonly nextToken: string | undefined;
};

/**
 * All items of a list, each once, page by page. Rejects with an `EcsError` for pages that do not end:
 * a token that came before, 10 pages in a row without a new item, 1,000 pages, or 100,000 items.
 *
 * @param attempted Names the operation and its target.
 */
export async function listAll(
  attempted: string,
  ask: (nextToken: string | undefined) => Promise<Page>,
): Promise<Set<string>> {
  const items = new Set<string>();
  await readPages(attempted, { mostPages, mostIdlePages }, async (token) => {
    const before = items.size;
    const page = await ask(token);
    for (const item of page.items) items.add(item);
    if (items.size > mostItems && !isLast(page.nextToken)) throw endless(attempted);
    return { nextToken: page.nextToken, isIdle: items.size === before };
  });
  return items;
}

/** The most pages of an answer that is read page by page: 50 MB of log events. */
const mostPagesToRead = 50;

/**
 * Reads an answer page by page: `ask` reads one, and resolves to the token of the next; undefined or
 * empty after the last. Pages may be empty. Rejects with an `EcsError` for pages that do not end: a
 * token that came before, or 50 pages.
 *
 * @param attempted Names the operation and its target.
 */
export async function eachPage(
  attempted: string,
  ask: (nextToken: string | undefined) => Promise<string | undefined>,
): Promise<void> {
  const limits = { mostPages: mostPagesToRead, mostIdlePages: Infinity };
  await readPages(
    attempted,
    limits,
    async (token) => ({ nextToken: await ask(token), isIdle: false }),
  );
}

/** From how many pages on an answer counts as endless. */
export type PageLimits = {
  readonly mostPages: number;
  /** Pages in a row that are idle. */
  readonly mostIdlePages: number;
};

/** What came of reading a page. */
export type PageRead = {
  /** What the next page is asked for by; undefined or empty after the last. */
  readonly nextToken: string | undefined;
  /** Whether it had nothing new. */
  readonly isIdle: boolean;
};

/**
 * Reads an answer page by page, within limits of its own. Rejects with an `EcsError` for pages that do
 * not end: a token that came before, or more pages than the limits allow.
 *
 * @param attempted Names the operation and its target.
 */
export async function readPages(
  attempted: string,
  limits: PageLimits,
  read: (nextToken: string | undefined) => Promise<PageRead>,
): Promise<void> {
  const tokens = new Set<string>();
  let token: string | undefined;
  let idle = 0;
  for (let pages = 0; pages < limits.mostPages; pages++) {
    const { nextToken, isIdle } = await read(token);
    if (isLast(nextToken)) return;
    idle = isIdle ? idle + 1 : 0;
    if (tokens.has(nextToken) || idle >= limits.mostIdlePages) break;
    tokens.add(nextToken);
    token = nextToken;
  }
  throw endless(attempted);
}

function isLast(nextToken: string | undefined): nextToken is undefined | "" {
  return nextToken === undefined || nextToken === "";
}

function endless(attempted: string): EcsError {
  return new EcsError("unavailable", attempted, "its pages do not end");
}
