import type { Measurement, Meter } from "../../src/meter.ts";

/** A meter that keeps what is recorded, and is on until it is turned off. */
export function keepingMeter() {
  const records: Measurement[] = [];
  let isOn = true;
  const meter: Meter = { isOn: () => isOn, record: (measurement) => records.push(measurement) };
  return {
    meter,
    records,
    turnOff: () => {
      isOn = false;
    },
  };
}

/** A clock whose monotonic time goes on by `step` milliseconds with each look at it. */
export function steppingClock(step: number) {
  let at = 0;
  return { now: () => at, monotonic: () => at += step, sleep: () => Promise.resolve() };
}
