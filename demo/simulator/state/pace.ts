/** Milliseconds that each step takes. The speed divides all of them. */
export type Pace = {
  provisioning: number;
  /** Until the images are pulled. Then the containers start, in the order of their dependencies. */
  pending: number;
  /** From the start of the last container to RUNNING. */
  activating: number;
  /** From a container's start until its agent of ECS Exec runs. */
  agent: number;
  deactivating: number;
  deprovisioning: number;
  /** How long a stopped task can still be described. */
  retention: number;
  /** How long after RunTask a task is MISSING. */
  consistency: number;
};

/** The pace of Fargate: about half a minute to RUNNING. */
export const fargatePace: Pace = {
  provisioning: 8_000,
  pending: 17_000,
  activating: 1_000,
  agent: 5_000,
  deactivating: 1_000,
  deprovisioning: 12_000,
  retention: 3_600_000,
  consistency: 300,
};
