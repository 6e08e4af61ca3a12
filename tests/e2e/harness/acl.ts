import type { Agent } from "../../../demo/lib/nomad.ts";

/** The token that tests of ACLs manage Nomad with. */
export const managementToken = "6f1d7c2e-5b8a-4c3d-9e0f-1a2b3c4d5e6f";

const policy = "ecs-driver";

/** Sets what the driver's token may do. */
export async function allowDriver(server: Agent, rules: string): Promise<void> {
  const answer = await server.cli("acl", "policy", "apply", policy, await fileOf(server, rules));
  if (answer.code !== 0) throw new Error(answer.output);
}

/** Makes the driver's token. */
export async function makeDriverToken(server: Agent): Promise<string> {
  const token = await server.api<{ SecretID: string }>("/acl/token", {
    method: "POST",
    body: JSON.stringify({ Name: policy, Type: "client", Policies: [policy] }),
  });
  return token.SecretID;
}

async function fileOf({ folder }: Agent, rules: string): Promise<string> {
  const file = `${folder}/${policy}.policy.hcl`;
  await Deno.writeTextFile(file, rules);
  return file;
}
