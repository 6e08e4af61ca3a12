/** Values that accompany a log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the driver's log lines go. Messages are constant text; what varies is in the fields. */
export type Logger = {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose lines carry `name` behind this one's module name, as `ecs.watcher`. */
  named(name: string): Logger;
};
