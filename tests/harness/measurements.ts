import type { Clock } from "../../src/clock.ts";
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

/** What metrics are made with while they are turned off: a use of either is a fault. */
export function unusedMeter(): { readonly meter: Meter; readonly clock: Clock } {
  const refuse = (what: string) => () => {
    throw new Error(`${what} while metrics are turned off`);
  };
  return {
    meter: { isOn: () => false, record: refuse("a measurement was recorded") },
    clock: {
      now: refuse("the clock was read"),
      monotonic: refuse("the clock was read"),
      sleep: refuse("something waited"),
    },
  };
}

/** A clock whose monotonic time goes on by `step` milliseconds with each look at it. */
export function steppingClock(step: number) {
  let at = 0;
  return { now: () => at, monotonic: () => at += step, sleep: () => Promise.resolve() };
}
