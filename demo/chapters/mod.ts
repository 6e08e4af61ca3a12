/** The chapters of `make demo`, in their order. Each can be played alone. */
import type { Stage } from "../lib/stage.ts";
import { batch } from "./batch.ts";
import { burst } from "./burst.ts";
import { drain } from "./drain.ts";
import { exec } from "./exec.ts";
import { loss } from "./loss.ts";
import { outage } from "./outage.ts";
import { stats } from "./stats.ts";
import { tool } from "./tool.ts";
import { update } from "./update.ts";
import { web } from "./web.ts";

/** One chapter. */
export type Chapter = {
  /** What `make demo CHAPTER=<name>` calls it. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what it shows. */
  readonly about: string;
  /** Why it is played only when it is asked for by name. */
  readonly apart?: string;
  /** Plays it. Rejects where something is not as the chapter says. */
  readonly play: (stage: Stage) => Promise<void>;
};

/** All chapters. The client that `loss` kills is gone for those after it. */
export const chapters: readonly Chapter[] = [
  web,
  exec,
  update,
  batch,
  burst,
  drain,
  outage,
  loss,
  tool,
  stats,
];
