import { assertEquals, assertRejects } from "@std/assert";
import {
  askedByName,
  longestChain,
  type PredecessorsAnswer,
  predecessorsOf,
} from "../../../src/driver/predecessors.ts";
import type { Predecessor } from "../../../src/lifecycle/lifecycle.ts";
import type { NomadApi } from "../../../src/nomad/api.ts";
import type { Allocation } from "../../../src/nomad/documents.ts";
import { NomadError } from "../../../src/nomad/error.ts";
import { allocationWith, apiOf, indexOfEvaluations } from "../../harness/nomad_documents.ts";

const never = new AbortController().signal;
const starting = { when: "during a start" } as const;

const over = { desiredStatus: "stop", clientStatus: "complete" };
const own = { allocId: "c", namespace: "default", nodeId: "node-c" };
const c = allocationWith({ id: "c", previousAllocation: "b", clientStatus: "pending" });
const b = allocationWith({ id: "b", previousAllocation: "a", ...over });
const a = allocationWith({ id: "a", ...over });

const whole = (...chain: Predecessor[]) => ({ chain, complete: true, certain: true });
const cut = (...chain: Predecessor[]) => ({ chain, complete: false, certain: true });

const chains: [string, Allocation[], PredecessorsAnswer][] = [
  ["a first allocation has no predecessor", [{ ...c, previousAllocation: undefined }], whole()],
  [
    "an allocation that was placed late replaces those of its name that Nomad does not want, the newest first",
    [
      { ...c, previousAllocation: undefined, evalId: "e-later" },
      { ...a, id: "z", clientStatus: "lost", createIndex: 7 },
      { ...a, id: "y", clientStatus: "lost", createIndex: 9, jobVersion: 2 },
      { ...a, id: "x", clientStatus: "lost", name: "web.group[1]" },
      { ...a, id: "w" },
      { ...a, id: "v", clientStatus: "unknown", desiredStatus: "run" },
    ],
    cut(
      { allocId: "y", runs: "other", lost: true },
      { allocId: "z", runs: "same", lost: true },
      { allocId: "w", runs: "same", lost: false },
    ),
  ],
  [
    "an allocation that was placed late replaces forgotten ones too, which those of its name tell",
    [
      { ...c, previousAllocation: undefined, evalId: "e-later" },
      { ...a, id: "z", createIndex: 9, previousAllocation: "forgotten" },
      { ...a, id: "y", createIndex: 7, previousAllocation: "wanted" },
      { ...a, id: "x", createIndex: 5, previousAllocation: "forgotten" },
      { ...a, id: "wanted", clientStatus: "running", desiredStatus: "run" },
    ],
    cut(
      { allocId: "z", runs: "same", lost: false },
      { allocId: "forgotten", runs: "other", lost: false },
      { allocId: "y", runs: "same", lost: false },
      { allocId: "x", runs: "same", lost: false },
    ),
  ],
  [
    "a chain that ends at a forgotten allocation goes on with what those of its name replace",
    [c, { ...a, id: "z", previousAllocation: "forgotten" }],
    cut(
      { allocId: "b", runs: "other", lost: false },
      { allocId: "z", runs: "same", lost: false },
      { allocId: "forgotten", runs: "other", lost: false },
    ),
  ],
  [
    "an allocation that was placed late, and replaces none, has no predecessor",
    [
      { ...c, previousAllocation: undefined, evalId: "e-later" },
      { ...a, id: "w", name: "web.group[1]" },
    ],
    whole(),
  ],
  [
    "an allocation of a job's first registration has no predecessor",
    [
      { ...c, previousAllocation: undefined, evalId: "e-new", jobCreateIndex: indexOfEvaluations },
      { ...a, id: "z", clientStatus: "lost" },
    ],
    whole(),
  ],
  [
    "an allocation that users ask for later starts without its job's list, and is asked about again",
    [
      { ...c, previousAllocation: undefined, evalId: "e-new", jobCreateIndex: 7 },
      { ...a, id: "z", clientStatus: "lost" },
    ],
    { chain: [], complete: true, certain: false },
  ],
  [
    "an allocation may replace lost ones whose evaluation Nomad has forgotten",
    [
      { ...c, previousAllocation: undefined, evalId: "gone" },
      { ...a, id: "z", clientStatus: "lost" },
    ],
    cut({ allocId: "z", runs: "same", lost: true }),
  ],
  [
    "a chain that ends at an allocation which was placed late goes on with those of the name",
    [c, { ...b, evalId: "e-new" }, { ...a, evalId: "e-later" }, { ...a, id: "z" }],
    cut(
      { allocId: "b", runs: "same", lost: false },
      { allocId: "a", runs: "same", lost: false },
      { allocId: "z", runs: "same", lost: false },
    ),
  ],
  [
    "a chain that ends at an allocation of the job's first registration reaches the first one",
    [c, b, { ...a, evalId: "e-new", jobCreateIndex: indexOfEvaluations }],
    whole(
      { allocId: "b", runs: "same", lost: false },
      { allocId: "a", runs: "same", lost: false },
    ),
  ],
  [
    "an allocation of a job that was purged and registered anew runs another task than the old job's",
    [
      { ...c, previousAllocation: undefined, evalId: "e-later", jobCreateIndex: 7 },
      { ...a, id: "z", clientStatus: "lost", createIndex: 6 },
      { ...a, id: "y", clientStatus: "lost", createIndex: 8 },
    ],
    cut(
      { allocId: "y", runs: "same", lost: true },
      { allocId: "z", runs: "other", lost: true },
    ),
  ],
  [
    "an allocation of the name whose own replacement is to run leaves its ECS task to that one",
    [
      { ...c, previousAllocation: undefined, evalId: "e-later" },
      { ...a, id: "z", nextAllocation: "y" },
      { ...a, id: "y", nextAllocation: "x", previousAllocation: "z" },
      { ...a, id: "x", desiredStatus: "run", clientStatus: "pending", previousAllocation: "y" },
      { ...a, id: "w", nextAllocation: "forgotten" },
      { ...a, id: "v", nextAllocation: "v" },
    ],
    cut(
      { allocId: "w", runs: "same", lost: false },
      { allocId: "v", runs: "same", lost: false },
    ),
  ],
  [
    "the chain goes back to the first allocation, whose name an ECS task keeps for ever",
    [c, b, a],
    whole(
      { allocId: "b", runs: "same", lost: false },
      { allocId: "a", runs: "same", lost: false },
    ),
  ],
  [
    "a lost client's allocation is told as such",
    [c, { ...b, clientStatus: "lost", previousAllocation: undefined }],
    whole({ allocId: "b", runs: "same", lost: true }),
  ],
  [
    "another version of the job is another task",
    [c, { ...b, jobVersion: 2, previousAllocation: undefined }],
    whole({ allocId: "b", runs: "other", lost: false }),
  ],
  [
    "an allocation that Nomad has forgotten ends the chain, and may not be the same",
    [c, b],
    cut(
      { allocId: "b", runs: "same", lost: false },
      { allocId: "a", runs: "other", lost: false },
    ),
  ],
  [
    "what is known beyond a forgotten one has the same name, and is not to run",
    [
      c,
      { ...a, id: "z", jobVersion: 2 },
      { ...a, id: "y", name: "web.group[1]" },
      { ...a, id: "x", desiredStatus: "run", clientStatus: "running" },
      { ...a, id: "w", jobId: "api" },
    ],
    cut(
      { allocId: "b", runs: "other", lost: false },
      { allocId: "z", runs: "other", lost: false },
    ),
  ],
  [
    "what is known beyond a forgotten one comes newest first",
    [c, { ...a, id: "z", createIndex: 7 }, { ...a, id: "y", createIndex: 9 }],
    cut(
      { allocId: "b", runs: "other", lost: false },
      { allocId: "y", runs: "same", lost: false },
      { allocId: "z", runs: "same", lost: false },
    ),
  ],
  [
    "an allocation that is still being stopped is a predecessor: the one after it never started",
    [c, { ...b, jobVersion: 2 }, { ...a, clientStatus: "running" }],
    whole(
      { allocId: "b", runs: "other", lost: false },
      { allocId: "a", runs: "same", lost: false },
    ),
  ],
  [
    "a disconnected client's allocation that Nomad wants no more is a predecessor",
    [c, { ...b, clientStatus: "unknown", previousAllocation: undefined }],
    whole({ allocId: "b", runs: "same", lost: false }),
  ],
  [
    "a disconnected client's allocation runs beside, and ends the chain",
    [c, { ...b, clientStatus: "unknown", desiredStatus: "run" }, a],
    whole(),
  ],
  [
    "a server that shows the nearest predecessor as running and wanted is behind",
    [c, { ...b, clientStatus: "running", desiredStatus: "run" }, a],
    { chain: [], complete: false, certain: false },
  ],
  [
    "a disconnected client's allocation that came back before its replacement ended stays",
    [c, b, { ...a, clientStatus: "running", desiredStatus: "run" }],
    whole({ allocId: "b", runs: "same", lost: false }),
  ],
];

for (const [name, allocations, expected] of chains) {
  Deno.test(name, async () => {
    assertEquals(await predecessorsOf(apiOf(allocations).api, own, starting, never), expected);
  });
}

Deno.test("an allocation that the token may not read is no answer", async () => {
  await assertRejects(
    () => predecessorsOf(apiOf([]).api, own, starting, never),
    NomadError,
    "does not show",
  );
});

Deno.test("a chain in a circle ends", async () => {
  const circle = [c, { ...b, previousAllocation: "b" }];
  const { api, asked } = apiOf(circle);
  const found = await predecessorsOf(api, own, starting, never);
  assertEquals([found.chain.length, found.complete], [
    longestChain,
    false,
  ]);
  assertEquals(asked.length, longestChain + 1);
});

Deno.test("of many allocations of one name, the newest are asked whom they replace", async () => {
  const own = { ...c, previousAllocation: undefined, evalId: "e-later" };
  const others = Array.from({ length: askedByName + 5 }, (_, index) => ({
    ...a,
    id: `other-${index}`,
    createIndex: index,
  }));
  const { api, asked } = apiOf([own, ...others]);
  const { chain } = await predecessorsOf(
    api,
    { allocId: own.id, namespace: own.namespace, nodeId: own.nodeId },
    starting,
    never,
  );
  assertEquals(chain.length, others.length);
  const newest = others.slice(5).map(({ id }) => id).toReversed();
  assertEquals(asked, [own.id, ...newest]);
});

const afterwards = { when: "after a start" } as const;
const askedFor = { ...c, previousAllocation: undefined, evalId: "e-new", jobCreateIndex: 7 };

const later: [string, Allocation[], PredecessorsAnswer][] = [
  [
    "an allocation that users asked for replaces a lost one for which there was no place",
    [askedFor, { ...a, id: "z", clientStatus: "lost", createIndex: 8 }],
    cut({ allocId: "z", runs: "same", lost: true }),
  ],
  [
    "an allocation that users asked for, and whose job has no earlier one of its name, has none",
    [askedFor, { ...a, id: "z", name: "web.group[1]", createIndex: 8 }],
    whole(),
  ],
  [
    "a canary has no predecessor among the allocations that Nomad wants",
    [{ ...askedFor, jobVersion: 4 }, {
      ...a,
      id: "z",
      desiredStatus: "run",
      clientStatus: "running",
    }],
    whole(),
  ],
  [
    "a canary takes nothing from an allocation that a drain moves",
    [
      { ...askedFor, jobVersion: 4 },
      { ...a, id: "z", nextAllocation: "y" },
      { ...a, id: "y", desiredStatus: "run", clientStatus: "pending", previousAllocation: "z" },
    ],
    whole(),
  ],
  [
    "a disconnected client's allocation that Nomad wants is no predecessor of one that users asked for",
    [askedFor, { ...a, id: "z", desiredStatus: "run", clientStatus: "unknown" }],
    whole(),
  ],
  [
    "an earlier allocation that its own client is to stop is asked about until it has ended",
    [askedFor, { ...a, id: "z", clientStatus: "running", createIndex: 8 }],
    { chain: [], complete: true, certain: false },
  ],
  [
    "a chain that ends at an allocation which users asked for is whole where no other has its name",
    [c, { ...b, ...askedFor, id: "b", ...over }],
    whole({ allocId: "b", runs: "same", lost: false }),
  ],
  [
    "a chain that ends at an allocation which users asked for goes on with those of the name",
    [c, { ...b, ...askedFor, id: "b", ...over }, { ...a, id: "z", createIndex: 8 }],
    cut(
      { allocId: "b", runs: "same", lost: false },
      { allocId: "z", runs: "same", lost: false },
    ),
  ],
];

for (const [name, allocations, expected] of later) {
  Deno.test(name, async () => {
    assertEquals(await predecessorsOf(apiOf(allocations).api, own, afterwards, never), expected);
  });
}

/** As Nomad before 1.6 answers: a job's list tells of no allocation which one replaces it. */
function withoutNextInLists(api: NomadApi): NomadApi {
  return {
    ...api,
    allocationsOf: async (...question) =>
      (await api.allocationsOf(...question)).map((stub) => ({
        ...stub,
        nextAllocation: undefined,
      })),
  };
}

Deno.test("an allocation has the same predecessors on Nomad before 1.6, whose lists tell less", async (t) => {
  const cases = [
    ...chains.map((one) => ({ one, when: starting })),
    ...later.map((one) => ({ one, when: afterwards })),
  ];
  for (const { one: [name, allocations, expected], when } of cases) {
    await t.step(name, async () => {
      const api = withoutNextInLists(apiOf(allocations).api);
      assertEquals(await predecessorsOf(api, own, when, never), expected);
    });
  }
});

Deno.test("an allocation that users have asked for costs its start no list", async () => {
  const { api } = apiOf([askedFor]);
  const unlisted: NomadApi = {
    ...api,
    allocationsOf: () => Promise.reject(new Error("a list was asked for")),
  };
  const { certain, failure } = await predecessorsOf(unlisted, own, starting, never);
  assertEquals([certain, failure], [false, undefined]);
});

const broken = new NomadError("unusable", "GET /v1/job/web/allocations", "not JSON");
const tooLong = new NomadError("too_large", "GET /v1/job/web/allocations", "it is too long");

for (
  const [title, failure, certain] of [
    ["fails", broken, false],
    ["is too large, and is not asked for again", tooLong, true],
  ] as const
) {
  Deno.test(`a predecessor that Nomad has named counts although the job's list ${title}`, async () => {
    const { api } = apiOf([c, {
      ...b,
      clientStatus: "lost",
      previousAllocation: undefined,
      evalId: "e-later",
    }]);
    const failing: NomadApi = { ...api, allocationsOf: () => Promise.reject(failure) };
    assertEquals(await predecessorsOf(failing, own, starting, never), {
      chain: [{ allocId: "b", runs: "same", lost: true }],
      complete: false,
      certain,
      failure: failure.message,
    });
  });
}

Deno.test("the job's list counts although one of its allocations is not answered for", async () => {
  const { api } = apiOf([{ ...c, previousAllocation: undefined, evalId: "e-later" }, {
    ...a,
    id: "z",
  }]);
  const failing: NomadApi = {
    ...api,
    allocation: (id, ...rest) => id === "z" ? Promise.reject(broken) : api.allocation(id, ...rest),
  };
  assertEquals(await predecessorsOf(failing, own, starting, never), {
    chain: [{ allocId: "z", runs: "same", lost: false }],
    complete: false,
    certain: false,
    failure: broken.message,
  });
});

Deno.test("a question that is given up names no more", async () => {
  const { api } = apiOf([c]);
  const over = new AbortController();
  const failing: NomadApi = {
    ...api,
    allocationsOf: () => {
      over.abort(new Error("given up"));
      return Promise.reject(broken);
    },
  };
  await assertRejects(() => predecessorsOf(failing, own, starting, over.signal), Error, "given up");
});

Deno.test("what is beyond the longest chain is found by its name", async () => {
  const ids = Array.from({ length: longestChain }, (_, index) => `failed-${index}`);
  const failed = ids.map((id, index) => ({
    ...a,
    id,
    clientStatus: "failed",
    previousAllocation: ids[index + 1] ?? "lost",
    nextAllocation: ids[index - 1] ?? own.allocId,
  }));
  const lost = { ...a, id: "lost", clientStatus: "lost", nextAllocation: ids.at(-1) };
  const { api } = apiOf([{ ...c, previousAllocation: ids[0] }, ...failed, lost]);
  const { chain, certain } = await predecessorsOf(api, own, starting, never);
  assertEquals(chain.at(-1), { allocId: "lost", runs: "same", lost: true });
  assertEquals([chain.length, certain], [longestChain + 1, true]);
});
