/** `make starts`: runs seeds of the starts' simulation; a seed that fails is printed with what replays it. */
import { runSeeds } from "../seeds.ts";
import { simulateStarts } from "./starts.ts";

await runSeeds({ target: "starts", seeds: 2_000, simulate: simulateStarts });
