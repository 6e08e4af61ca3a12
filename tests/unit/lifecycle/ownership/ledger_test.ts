import { assert, assertEquals } from "@std/assert";
import { handOverTime } from "../../../../src/lifecycle/ownership/hand_over_time.ts";
import { type HeldState, mayBecome } from "../../../../src/lifecycle/ownership/held_state.ts";
import { createLedger, type Ledger } from "../../../../src/lifecycle/ownership/ledger.ts";
import { cluster, ownerOf } from "../../../harness/world.ts";

type Keeper = { readonly name: string };
type Change = (ledger: Ledger<Keeper>, keeper: Keeper) => boolean;

const owner = ownerOf();
const index = "nomad/alloc/main";
const ref = { arn: "arn:aws:ecs:us-east-1:123456789012:task/c/1", cluster };
const other = { ...ref, arn: `${ref.arn}2` };
const arn = ref.arn;

/** A ledger with a clock of its own. */
function timedLedger() {
  let at = 1_000;
  const ledger = createLedger<Keeper>({ now: () => at });
  return { ledger, pass: (ms: number) => at += ms };
}

/** A ledger in which the task is in a state, and the keeper that has brought it there. */
function ledgerIn(state: HeldState) {
  const { ledger, pass } = timedLedger();
  const keeper: Keeper = { name: "first" };
  const keep = (as: "starting" | "unclaimed") => ledger.keep({ ref, owner }, keeper, as);
  switch (state) {
    case "starting":
      keep("starting");
      break;
    case "unclaimed":
      keep("unclaimed");
      break;
    case "watched":
      keep("unclaimed");
      ledger.confirm(arn, keeper);
      break;
    case "orphan":
      keep("unclaimed");
      ledger.reported(arn);
      break;
    case "left":
      keep("unclaimed");
      ledger.leave(arn, keeper);
      break;
    case "stopping":
      keep("unclaimed");
      ledger.stop(arn, keeper, index);
      break;
    case "acknowledged":
      keep("unclaimed");
      ledger.stop(arn, keeper, index);
      ledger.acknowledged(arn, keeper);
      break;
    case "done":
      keep("unclaimed");
      ledger.ended(arn, keeper);
      break;
    case "foreign":
      ledger.foundForeign(ref);
      break;
  }
  return { ledger, keeper, pass };
}

const changes: Readonly<Record<string, Change>> = {
  answered: (ledger, keeper) => ledger.answered(arn, keeper),
  confirm: (ledger, keeper) => ledger.confirm(arn, keeper),
  stop: (ledger, keeper) => ledger.stop(arn, keeper, index),
  acknowledged: (ledger, keeper) => ledger.acknowledged(arn, keeper),
  leave: (ledger, keeper) => ledger.leave(arn, keeper),
  release: (ledger, keeper) => ledger.release(arn, keeper),
  ended: (ledger, keeper) => ledger.ended(arn, keeper),
  forget: (ledger, keeper) => ledger.forget(arn, keeper),
  foundForeign: (ledger) => ledger.foundForeign(ref),
  reported: (ledger) => ledger.reported(arn),
};

/** The changes that each state allows, and the answers to the questions that are asked of it. */
const rules: Readonly<Record<HeldState, { allowed: string[]; answers: string[] }>> = {
  starting: {
    allowed: ["answered", "stop", "release", "ended", "forget"],
    answers: ["isClaimed", "mayTakeOver", "mayStop"],
  },
  watched: {
    allowed: ["stop", "leave", "release", "ended", "forget"],
    answers: ["isClaimed", "mayTakeOver", "mayStop"],
  },
  unclaimed: {
    allowed: ["confirm", "stop", "leave", "release", "ended", "forget", "reported"],
    answers: ["isUnclaimed", "isUnknown", "mayTakeOver", "mayStop"],
  },
  orphan: {
    allowed: ["confirm", "stop", "leave", "release", "ended", "forget"],
    answers: ["isUnclaimed", "isUnknown", "mayTakeOver", "mayStop"],
  },
  left: { allowed: ["foundForeign"], answers: ["mayTakeOver", "mayStop"] },
  stopping: { allowed: ["acknowledged", "release", "ended", "forget"], answers: ["stopsPending"] },
  acknowledged: { allowed: ["release", "ended", "forget"], answers: [] },
  done: { allowed: [], answers: [] },
  foreign: { allowed: [], answers: ["mayTakeOver"] },
};
const states = Object.keys(mayBecome) as HeldState[];

for (const state of states) {
  Deno.test(`a task that is ${state} changes only as the rules say`, () => {
    const made = Object.keys(changes).filter((name) => {
      const { ledger, keeper } = ledgerIn(state);
      return changes[name]?.(ledger, keeper);
    });
    assertEquals(made.toSorted(), rules[state].allowed.toSorted());
  });

  Deno.test(`what a task that is ${state} may be done with`, () => {
    const { ledger } = ledgerIn(state);
    const answers = {
      isClaimed: ledger.isClaimed(arn),
      isUnclaimed: ledger.isUnclaimed(arn),
      isUnknown: ledger.isUnknown(arn),
      mayTakeOver: ledger.mayTakeOver(arn),
      mayStop: ledger.mayStop(arn),
      stopsPending: ledger.stopsPending(index) !== undefined,
    };
    const yes = Object.entries(answers).flatMap(([name, answer]) => answer ? [name] : []);
    assertEquals(yes.toSorted(), rules[state].answers.toSorted());
  });

  Deno.test(`no keeper but its own changes a task that is ${state}`, () => {
    const { ledger } = ledgerIn(state);
    const stranger = { name: "stranger" };
    for (const name of Object.keys(changes)) {
      if (name === "foundForeign" || name === "reported") continue;
      assertEquals(changes[name]?.(ledger, stranger), false, name);
    }
  });
}

Deno.test("of a task that the ledger does not know, only its tags tell whose it is", () => {
  const { ledger } = timedLedger();
  assert(ledger.isUnknown(arn) && ledger.mayTakeOver(arn) && ledger.mayStop(arn));
  assert(!ledger.isClaimed(arn) && !ledger.isUnclaimed(arn));
});

Deno.test("a start waits until the last stop is acknowledged, has ended its task or was given up", async () => {
  const ends: Change[] = [
    (ledger, keeper) => ledger.acknowledged(other.arn, keeper),
    (ledger, keeper) => ledger.ended(other.arn, keeper),
    (ledger, keeper) => ledger.forget(other.arn, keeper),
  ];
  for (const end of ends) {
    const { ledger, keeper } = ledgerIn("stopping");
    const second = { name: "second" };
    ledger.keep({ ref: other, owner }, second, "unclaimed");
    ledger.stop(other.arn, second, index);
    let waited = false;
    const pending = ledger.stopsPending(index)?.then(() => waited = true);
    ledger.acknowledged(arn, keeper);
    await Promise.resolve();
    assert(!waited, "one of two stops is still pending");
    assert(end(ledger, second));
    await pending;
    assertEquals(ledger.stopsPending(index), undefined);
  }
});

Deno.test("a task that two allocations have stays claimed as long as one of them has it", () => {
  const { ledger, keeper } = ledgerIn("watched");
  const second = { name: "second" };
  ledger.keep({ ref, owner: ownerOf("22222222") }, second, "unclaimed");
  assertEquals(ledger.keepersOf(arn), [keeper, second]);
  assertEquals([...ledger.keepers()], [keeper, second]);
  assert(ledger.isClaimed(arn) && !ledger.isUnclaimed(arn) && !ledger.isUnknown(arn));
  assert(ledger.stop(arn, second, index));
  assert(!ledger.mayTakeOver(arn));
  assert(ledger.forget(arn, second));
  assert(ledger.isClaimed(arn) && ledger.mayTakeOver(arn));
  ledger.keep({ ref, owner: ownerOf("33333333") }, second, "unclaimed");
  assert(ledger.leave(arn, keeper));
  assertEquals(ledger.keepersOf(arn), [second]);
  assert(ledger.isUnclaimed(arn), "what one left, the other has not shown to have");
});

Deno.test("a task that was left to run on is looked at again once its hand-over should be done", () => {
  const { ledger, pass } = ledgerIn("left");
  pass(handOverTime - 1);
  assert(!ledger.isUnknown(arn));
  assertEquals(ledger.found({ ref, owner }), undefined);
  pass(1);
  assert(ledger.isUnknown(arn));
  assertEquals(ledger.found({ ref, owner }), 1_000 + handOverTime);
});

Deno.test("a task has been unclaimed since it was found, or since its start was answered", () => {
  const { ledger, pass } = timedLedger();
  assertEquals(ledger.found({ ref, owner }), 1_000);
  pass(500);
  assertEquals(ledger.found({ ref, owner }), 1_000);
  const keeper = { name: "start" };
  ledger.keep({ ref, owner }, keeper, "starting");
  assertEquals(ledger.found({ ref, owner }), undefined);
  ledger.answered(arn, keeper);
  assertEquals(ledger.found({ ref, owner }), 1_500);
  pass(500);
  ledger.reported(arn);
  assertEquals(ledger.found({ ref, owner }), 2_000);
  ledger.confirm(arn, keeper);
  assertEquals(ledger.found({ ref, owner }), undefined);
});

Deno.test("a foreign task that comes to this node after all is looked after like any other", () => {
  const { ledger } = ledgerIn("foreign");
  const keeper = { name: "recovered" };
  ledger.keep({ ref, owner }, keeper, "unclaimed");
  assert(ledger.isUnclaimed(arn) && ledger.mayStop(arn));
  assertEquals(ledger.foundForeign(ref), false, "its tags have yet to follow it");
});

Deno.test("what a cluster does not list any more is forgotten, unless something keeps it", () => {
  for (const state of ["unclaimed", "left", "foreign", "stopping", "watched"] as const) {
    const { ledger, keeper } = ledgerIn(state);
    if (state === "unclaimed") ledger.release(arn, keeper);
    ledger.listed({ ...cluster, name: "another" }, new Set());
    ledger.listed(cluster, new Set([arn]));
    const kept = state === "stopping" || state === "watched";
    const known = () => !ledger.isUnknown(arn) || ledger.isUnclaimed(arn);
    assert(known());
    ledger.listed(cluster, new Set());
    assertEquals(known(), kept, state);
  }
});
