import { matches } from "../../config/glob.ts";

type Env = Readonly<Record<string, string>>;

/**
 * What a task's container gets where neither jobspec nor plugin says: the job's own variables and
 * those by which Nomad says which task this is. Tokens and addresses that Nomad adds for services of
 * the client's host are not the job's own.
 */
export const defaultPassEnv: readonly string[] = [
  "*",
  "!NOMAD_*",
  "!VAULT_*",
  "!CONSUL_*",
  "NOMAD_ALLOC_ID",
  "NOMAD_ALLOC_NAME",
  "NOMAD_ALLOC_INDEX",
  "NOMAD_TASK_NAME",
  "NOMAD_GROUP_NAME",
  "NOMAD_JOB_ID",
  "NOMAD_JOB_NAME",
  "NOMAD_JOB_PARENT_ID",
  "NOMAD_NAMESPACE",
  "NOMAD_REGION",
  "NOMAD_DC",
];

/** Variables that name paths, sockets and groups of the client's host, which no container can reach. */
const local = new Set([
  "NOMAD_ALLOC_DIR",
  "NOMAD_TASK_DIR",
  "NOMAD_SECRETS_DIR",
  "NOMAD_UNIX_ADDR",
  "NOMAD_PARENT_CGROUP",
]);

/**
 * The variables that a container gets: of the globs that match a name the last decides, and one that
 * begins with `!` excludes.
 */
export function passedEnv(env: Env, globs: readonly string[] = defaultPassEnv): Env {
  const isPassed = (name: string) => {
    const last = globs.findLast((glob) => matches(glob.replace(/^!/, ""), name));
    return last !== undefined && !last.startsWith("!");
  };
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !local.has(name) && isPassed(name)),
  );
}

/** Whether a variable is the job's and not one that Nomad made. */
export function isJobs(name: string): boolean {
  return !name.startsWith("NOMAD_");
}
