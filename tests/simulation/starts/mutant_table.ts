import type { Mutant } from "../mutant_table.ts";

/** Those that the starts' simulation must notice, in the order of the list of `make mutants`. */
export const startsMutants: readonly Mutant[] = [
  {
    name: "an open run is forgotten for a predecessor's task",
    file: "src/lifecycle/start/launch.ts",
    edits: [
      [`if (!waited) return { kind: "none" };`, `if (waited !== null) return { kind: "none" };`],
      [
        "  if (openRun !== undefined) leaveOpen(context, request, openRun, openSince);\n" +
        "  const definition",
        "  const definition",
      ],
    ],
  },
  {
    name: "a task counts as met by a start that was given up while it read",
    file: "src/lifecycle/start/start_record.ts",
    edits: [["    metTasks.forget(index);\n", ""]],
  },
  {
    name: "a start that was given up before it knew puts on record that no run is open",
    file: "src/lifecycle/start/launch.ts",
    edits: [["if (launch.unlisted) context", "if (launch.unlisted === null) context"]],
  },
  {
    name: "a failed start's record is cleared before its stop is acknowledged",
    file: "src/lifecycle/start/failed_starts.ts",
    edits: [[
      "  await context.remoteTasks.ledger.stopsPending(startedBy(request.owner));\n",
      "",
    ]],
  },
  {
    name: "a failed start's record is cleared at the plugin's end",
    file: "src/lifecycle/start/failed_starts.ts",
    edits: [["if (!context.signal.aborted) await recordRun", "await recordRun"]],
  },
  {
    name: "a wall clock that was behind makes directories new",
    file: "src/lifecycle/start/start_record.ts",
    edits: [[
      "Math.max(metTasks.knownSince(), begun(context) + restoreTime)",
      "metTasks.knownSince()",
    ]],
  },
];
