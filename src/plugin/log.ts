import { boundedText, textLimit } from "../bounded_text.ts";
import { type Logger as Pino, pino } from "log";
import type { LogFields, Logger } from "../logger.ts";

/** Takes finished lines, each with its line feed. */
export type LogSink = { write(line: string): void };

/**
 * A logger of hclog's JSON lines, which a Nomad agent reads back and prints as its own. Every level
 * is written: the agent filters by its `log_level`.
 */
export function createLogger(sink: LogSink, name: string, now: () => Date): Logger {
  const root = pino({
    level: "trace",
    base: undefined,
    messageKey: "@message",
    timestamp: () => `,"@timestamp":"${microseconds(now())}"`,
    formatters: { level: (level) => ({ "@level": level }) },
  }, sink);
  return wrap(root, name);
}

/**
 * Logs what libraries print with `console`. Standard output carries the handshake alone, and a line
 * that is not JSON would lose its level in Nomad's log.
 */
export function redirectConsole(log: Logger): void {
  const to = (line: Logger["debug"]) => (...words: unknown[]) =>
    line("a library printed", { text: words.map(String).join(" ") });
  Object.assign(globalThis.console, {
    log: to(log.debug),
    info: to(log.debug),
    debug: to(log.debug),
    warn: to(log.warn),
    error: to(log.warn),
  });
}

function wrap(root: Pino, module: string): Logger {
  const child = root.child({ "@module": module });
  return {
    trace: (message, fields) => child.trace(plain(fields), inOneLine(message)),
    debug: (message, fields) => child.debug(plain(fields), inOneLine(message)),
    info: (message, fields) => child.info(plain(fields), inOneLine(message)),
    warn: (message, fields) => child.warn(plain(fields), inOneLine(message)),
    error: (message, fields) => child.error(plain(fields), inOneLine(message)),
    named: (name) => wrap(root, `${module}.${name}`),
  };
}

/** A message as one line: the host writes its line breaks into its own log, and quotes those of fields. */
function inOneLine(message: string): string {
  return boundedText(message).replaceAll("\n", "\\n");
}

/**
 * Most bytes of a line's fields. The host reads up to 64 KiB as one line, and cuts a longer line into
 * pieces that it takes for lines of their own.
 */
const fieldsLimit = 3 * textLimit;

/** Fields in the form of a log line: single values, an error as its message, all bounded in size. */
function plain(fields: LogFields = {}): LogFields {
  let left = fieldsLimit;
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      const bounded = single(value, Math.min(left, textLimit));
      left -= typeof bounded === "string" ? bounded.length : 0;
      return [key, bounded];
    }),
  );
}

function single(value: unknown, limit: number): unknown {
  switch (typeof value) {
    case "boolean":
    case "number":
    case "undefined":
      return value;
    case "string":
      return boundedText(value, limit);
    default:
      return value === null ? null : boundedText(
        value instanceof Error ? value.message : String(value),
        limit,
      );
  }
}

/** RFC 3339 with microseconds, which is the one form that hclog parses. */
function microseconds(date: Date): string {
  return date.toISOString().replace("Z", "000Z");
}
