import type { CallCounter } from "./http/call_counts.ts";
import type { Iam } from "./operations/iam.ts";
import type { Sts } from "./operations/sts.ts";
import type { DataChannels } from "./session_manager/data_channels.ts";
import type { ContainerRunner } from "./state/container_runner.ts";
import type { Distortion } from "./state/distortions.ts";
import type { FaultRule } from "./state/faults.ts";
import type { Model } from "./state/model.ts";

/** A simulated AWS: the state of ECS, the containers that run, and what tests may ask and change. */
export type Simulator = {
  readonly model: Model;
  readonly containers: ContainerRunner;
  readonly sts: Sts;
  readonly iam: Iam;
  readonly calls: CallCounter;
  readonly channels: DataChannels;
  faults: FaultRule[];
  /** Changes to answers in AWS JSON. */
  distortions: readonly Distortion[];
  /** Sets a timer for the next change of the model. Call it after anything that changed the model. */
  schedule(): void;
};
