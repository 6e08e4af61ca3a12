/** One run of a Nomad task. Every ECS task belongs to one, as its tags say. */
export type TaskIdentity = {
  /** `<alloc id>/<task name>/<8 hex>`: a new one for each run of the task. */
  readonly id: string;
  /** The task's name in the jobspec. */
  readonly name: string;
  readonly allocId: string;
  readonly namespace: string;
  readonly jobId: string;
  /** The task group's name in the jobspec. */
  readonly group: string;
  /** The Nomad client that runs the allocation. */
  readonly nodeId: string;
};
