import { type DefinitionFacts, mainContainer } from "../lifecycle/lifecycle.ts";

/** Where a task is reached, as Nomad registers it for services of `address_mode = "driver"`. */
export type TaskNetwork = {
  readonly address: string;
  /** Ports by their labels. */
  readonly ports: Readonly<Record<string, number>>;
};

/** What is known from a task's start on of where it is reached. */
export type KnownNetwork = {
  /** Which of its addresses is advertised. */
  readonly advertise: "private" | "public";
  /** The address to advertise; undefined where it is not yet known. */
  readonly address: string | undefined;
  readonly ports: Readonly<Record<string, number>>;
};

/** A port of the group's `network` block; `to` is 0 where the block has none. */
export type PortLabel = { readonly label: string; readonly value: number; readonly to: number };

const noPorts: Readonly<Record<string, number>> = {};

/**
 * The port that each label stands for: those by which the container's definition names its port
 * mappings, and those of the group's `network` block, for which Nomad itself goes by `to`. A label
 * without is the container's only port, where it has just one.
 */
export function portsOf(
  labels: readonly PortLabel[],
  definition: DefinitionFacts | undefined,
  container: string | undefined,
): Readonly<Record<string, number>> {
  const chosen = container === undefined
    ? definition && mainContainer(definition)?.container
    : definition?.containers.find(({ name }) => name === container);
  const mapped = chosen?.ports ?? [];
  if (mapped.length === 0 && labels.length === 0) return noPorts;
  const ports: Record<string, number> = {};
  for (const { name, port } of mapped) if (name !== undefined) ports[name] = port;
  const [only] = mapped;
  for (const { label, value, to } of labels) {
    const open = mapped.length === 1 ? only?.port : undefined;
    ports[label] = to > 0 ? to : ports[label] ?? open ?? value;
  }
  return ports;
}
