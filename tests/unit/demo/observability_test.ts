import { assert, assertEquals } from "@std/assert";
import { type Instrument, instruments } from "../../../src/telemetry/instruments.ts";
import { prometheusName } from "../../../src/telemetry/prometheus.ts";

const folder = new URL("../../../demo/observability/", import.meta.url);
const files = ["dashboard.json", "alerts.yml"];

/** The series of each metric in Prometheus, with their labels. */
const series = new Map(
  Object.entries(instruments as Readonly<Record<string, Instrument>>).flatMap(
    ([name, { kind, attributes }]) => {
      const plain = prometheusName(name, kind);
      if (kind !== "histogram") return [[plain, attributes] as const];
      return [
        [`${plain}_bucket`, [...attributes, "le"]] as const,
        [`${plain}_count`, attributes] as const,
        [`${plain}_sum`, attributes] as const,
      ];
    },
  ),
);

/** Labels that the scrape or the collector adds: who sends the metrics. */
const ofTheTarget = ["host_name", "instance", "job"];

/** Each use of a series in a text, with the labels that its filter names. */
function usesIn(text: string): { name: string; labels: string[] }[] {
  return [...text.matchAll(/\b(nomad_driver_ecs_\w+)(?:\{([^}]*)\})?/g)].map((
    [, name, filter],
  ) => ({
    name: name ?? "",
    labels: [...(filter ?? "").replaceAll("\\", "").matchAll(/(\w+)\s*[!=]/g)].map(([, label]) =>
      label ?? ""
    ),
  }));
}

for (const file of files) {
  Deno.test(`${file} names metrics and labels that are exported, and no others`, async () => {
    const text = await Deno.readTextFile(new URL(file, folder));
    const uses = usesIn(text);
    assert(uses.length > 5);
    for (const { name, labels } of uses) {
      const known = series.get(name);
      assert(known !== undefined, `${file} names ${name}`);
      for (const label of labels) assert(known.includes(label), `${file}: ${name} has no ${label}`);
    }
    const labels = new Set([...series.values()].flat().concat(ofTheTarget));
    for (const [, list = ""] of text.matchAll(/\bby \(([^)]*)\)/g)) {
      for (const label of list.split(/,\s*/)) {
        assert(labels.has(label), `${file} groups by ${label}`);
      }
    }
  });
}

Deno.test("the dashboard shows every metric", async () => {
  const text = await Deno.readTextFile(new URL("dashboard.json", folder));
  const shown = new Set(usesIn(text).map(({ name }) => name.replace(/_(bucket|count|sum)$/, "")));
  const all = Object.entries(instruments).map(([name, { kind }]) => prometheusName(name, kind));
  assertEquals(all.filter((name) => !shown.has(name)), []);
});
