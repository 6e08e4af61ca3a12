import type { TaskIdentity } from "../lifecycle/lifecycle.ts";

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
  const byAlloc = new Map<string, T[]>();

  const remove = (id: string) => {
    const known = byId.get(id);
    if (known === undefined) return;
    byId.delete(id);
    const { allocId } = known.task;
    const others = (byAlloc.get(allocId) ?? []).filter((other) => other !== known);
    if (others.length === 0) byAlloc.delete(allocId);
    else byAlloc.set(allocId, others);
  };

  return {
    get: (id) => byId.get(id),
    has: (id) => byId.has(id),
    set: (value) => {
      const { task } = value;
      remove(task.id);
      byId.set(task.id, value);
      byAlloc.set(task.allocId, (byAlloc.get(task.allocId) ?? []).concat(value));
    },
    delete: remove,
    values: () => byId.values(),
    earlier: (task) =>
      (byAlloc.get(task.allocId) ?? []).filter(({ task: other }) =>
        other.id !== task.id && other.name === task.name
      ),
  };
}
