import type { TaskIdentity } from "./task_record.ts";

/** Values by task id, which also knows those of one allocation's task. */
export type TaskIndex<T> = {
  get(id: string): T | undefined;
  has(id: string): boolean;
  /** Keeps a value, in place of the one with the same task id. */
  set(value: T): void;
  delete(id: string): void;
  values(): Iterable<T>;
  /** The values of the same task of the same allocation under other ids, oldest first. */
  earlier(task: TaskIdentity): T[];
};

/** Makes an empty index. */
export function createTaskIndex<T extends { readonly task: TaskIdentity }>(): TaskIndex<T> {
  const byId = new Map<string, T>();
  const byRun = new Map<string, Set<string>>();
  const runOf = ({ allocId, name }: TaskIdentity) => `${allocId}/${name}`;

  const remove = (id: string) => {
    const known = byId.get(id);
    if (known === undefined) return;
    byId.delete(id);
    const run = runOf(known.task);
    const ids = byRun.get(run);
    ids?.delete(id);
    if (ids?.size === 0) byRun.delete(run);
  };

  return {
    get: (id) => byId.get(id),
    has: (id) => byId.has(id),
    set: (value) => {
      const { task } = value;
      remove(task.id);
      byId.set(task.id, value);
      const run = runOf(task);
      byRun.set(run, (byRun.get(run) ?? new Set()).add(task.id));
    },
    delete: remove,
    values: () => byId.values(),
    earlier: (task) =>
      [...byRun.get(runOf(task)) ?? []].filter((id) => id !== task.id)
        .map((id) => byId.get(id)).filter((value) => value !== undefined),
  };
}
