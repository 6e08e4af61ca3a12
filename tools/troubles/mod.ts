/**
 * All that the driver may say, with cause and fix. `tools/troubleshooting.ts` makes a page of it. A
 * test holds it to `src`: a text there that no entry has fails, and so does an entry without a text.
 */
import { outside, whatEcsSays, whatNomadSays } from "./outside.ts";
import { runs } from "./runs.ts";
import { starts } from "./starts.ts";
import type { Piece } from "./trouble.ts";

export const sections = [...starts, ...runs, ...outside];
export { whatEcsSays, whatNomadSays };

/** Texts of `src` that nobody sees alone: causes that go no further, fields of the log, scripts. */
export const inside: readonly Piece[] = [
  "tell the task's user",
  "registered a task definition",
  "deregistered a task definition",
  "the attempt is over",
  "the attempt had no answer in time",
  "the AWS SDK has no …Command",
  "is not known to AWS there",
  "SIGINT is the host's to act on",
  "the watch over new connections ended",
  "this plugin has no such service",
  "this plugin does not multiplex",
  "CN=localhost",
  "was cancelled by its caller",
  "an answer could not be sent",
  "ECS tells of exit code",
  "the watcher is closed",
  "the next look is due earlier",
  "nobody waits for the scan",
  "a later start resumes the run",
  "a data key",
  "a task definition's ARN",
  "ECS has not described it yet",
  "ECS does not describe it any more",
  "it is being stopped already",
  "its tags have changed meanwhile",
  "it tells of a foreign task",
  "ECS task … has ended",
  "GET /v1/agent/self",
  "or NOMAD_CACERT",
  "or NOMAD_CLIENT_",
  "that this client has started in …",
  "… of a task in …",
  "the jobspec's definition of …",
  "the task was destroyed",
  "the task's start failed",
  "it is asked again",
  "rss rtprio rttime",
  "begins with neither",
  "a stream is due",
  "text/plain; version=",
  "change it, and restart the Nomad agent",
];
