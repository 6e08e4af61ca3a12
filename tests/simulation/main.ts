/** `make simulate`: runs seeds of the simulation; a seed that fails is printed with what replays it. */
import { runSeeds } from "./seeds.ts";
import { simulate } from "./simulation.ts";

await runSeeds({ target: "simulate", seeds: 2_000, simulate });
