import type { EcsCaller } from "../../aws/caller.ts";
import type { ClusterRef } from "../../aws/cluster_ref.ts";
import type { Clock, Random } from "../../clock.ts";
import type { Definitions } from "../definition/describe.ts";
import type { Registry } from "../definition/register.ts";

/** What a launch needs of its surroundings. */
export type LaunchContext = {
  readonly cluster: ClusterRef;
  readonly caller: EcsCaller;
  readonly definitions: Definitions;
  readonly registry: Registry;
  /** The driver's version, with which ECS tasks are tagged. */
  readonly driverVersion: string;
  readonly clock: Clock;
  readonly random: Random;
};
