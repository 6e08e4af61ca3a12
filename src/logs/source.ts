/** How a container's definition sets its log driver up. */
export type LogConfiguration = {
  readonly driver: string;
  readonly options: Readonly<Record<string, unknown>>;
};

/** A container, as far as its log goes. */
export type LoggedContainer = {
  readonly name: string;
  /** Undefined where the definition sets none. */
  readonly log: LogConfiguration | undefined;
};

/** Where Nomad shows the output of containers other than the main one. */
export type SidecarLogs = "stderr" | "stdout" | "none";

/** A container's stream in CloudWatch Logs, and where Nomad shows it. */
export type LogSource = {
  readonly region: string;
  readonly group: string;
  readonly stream: string;
  readonly output: "stdout" | "stderr";
  /** Stands before each line, with a colon; undefined for the main container. */
  readonly label: string | undefined;
};

/** The streams of a task, and what its user should know of the logs of its containers. */
export type LogSources = {
  readonly sources: readonly LogSource[];
  /** Sentences, each with what to do. */
  readonly notes: readonly string[];
};

/**
 * The streams of an ECS task's containers. The log driver awslogs names a stream
 * `<awslogs-stream-prefix>/<container>/<task id>`, and is the only one whose output AWS's API shows.
 */
export function logSourcesOf(
  { containers, main, sidecars, taskId, region }: {
    readonly containers: readonly LoggedContainer[];
    /** Name of the main container. */
    readonly main: string;
    readonly sidecars: SidecarLogs;
    /** The last part of the ECS task's ARN. */
    readonly taskId: string;
    /** The ECS task's region, where the log driver's options name none. */
    readonly region: string;
  },
): LogSources {
  const sources: LogSource[] = [];
  const notes: string[] = [];
  for (const { name, log } of containers) {
    const isMain = name === main;
    if (!isMain && sidecars === "none") continue;
    const why = whyUnreadable(name, log, isMain);
    if (why !== undefined) notes.push(why);
    if (why !== undefined || log === undefined) continue;
    const option = (key: string) => text(log.options[key]);
    sources.push({
      region: option("awslogs-region") ?? region,
      group: option("awslogs-group") ?? "",
      stream: `${option("awslogs-stream-prefix")}/${name}/${taskId}`,
      output: isMain || sidecars === "stdout" ? "stdout" : "stderr",
      label: isMain ? undefined : name,
    });
    if (isMain && option("mode") !== "blocking") notes.push(lossy(name, option("mode")));
  }
  return { sources: sources.filter(({ group }) => group !== ""), notes };
}

/** Why `nomad alloc logs` cannot show a container's output, and what to do; undefined where it can. */
function whyUnreadable(
  name: string,
  log: LogConfiguration | undefined,
  isMain: boolean,
): string | undefined {
  if (log === undefined) {
    // A sidecar without a log is usual, and nothing that its user waits for.
    if (!isMain) return undefined;
    return `nomad alloc logs shows nothing of container ${name}: its definition has no log ` +
      `configuration. Set the log driver awslogs there, or log_group in the plugin block for a ` +
      `definition in the jobspec`;
  }
  if (log.driver !== "awslogs") {
    return `nomad alloc logs shows nothing of container ${name}: its log driver is ${log.driver}, whose ` +
      `output AWS does not show. Set logDriver awslogs`;
  }
  if (text(log.options["awslogs-group"]) === undefined) {
    return `nomad alloc logs shows nothing of container ${name}: its log driver has no awslogs-group`;
  }
  if (text(log.options["awslogs-stream-prefix"]) === undefined) {
    return `nomad alloc logs shows nothing of container ${name}: without awslogs-stream-prefix, the name ` +
      `of its stream in CloudWatch Logs is not known. Set awslogs-stream-prefix`;
  }
  return undefined;
}

function lossy(name: string, mode: string | undefined): string {
  const set = mode === undefined
    ? "sets no mode, for which ECS's default is non-blocking"
    : `sets mode ${mode}`;
  return `The log configuration of container ${name} ${set}: the log driver drops lines that come faster ` +
    `than it can send them. With mode = "blocking" no line is lost, and the container waits instead`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
