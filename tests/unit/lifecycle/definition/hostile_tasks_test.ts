import { assert } from "@std/assert";
import { hostileTasks, refusalOf } from "../../../harness/hostile_tasks.ts";

for (const [name, hostile] of Object.entries(hostileTasks)) {
  Deno.test(`a task with ${name} is refused in a short text, where it is wrong`, async () => {
    const { task, env, path } = hostile();
    const refusal = await refusalOf(task, env);
    assert(refusal.startsWith(path), refusal.slice(0, 300));
    assert(refusal.length < 5_000, `${refusal.length} characters`);
    assert(path === "" ? refusal === "" : refusal !== "", refusal.slice(0, 300));
  });
}
