import { assertEquals } from "@std/assert";
import { taskNotFound } from "../../../src/driver/driver_error.ts";

Deno.test("a task id that the driver does not have is refused in Nomad's own words, as not recoverable", () => {
  const { kind, message, recoverable } = taskNotFound();
  // Nomad's agent compares this text: drivers.ErrTaskNotFound.
  assertEquals([kind, message, recoverable], [
    "task_not_found",
    "task not found for given id",
    false,
  ]);
});
