/**
 * What the program may do, and how its engine is tuned: the flags of compiled executables and of the
 * launcher that stands in for one, from this one place.
 */

/** A permission of Deno's, and why the program has it. */
export type Power = { readonly flag: string; readonly why: string };

/** The powers as they were. */
export const powers: readonly Power[] = [
  { flag: "--no-prompt", why: "Nobody is asked for more." },
  { flag: "--allow-net", why: "AWS in any region, proxies, metadata services, Nomad's API." },
  { flag: "--allow-read", why: "Credentials, certificates and tokens at configured paths." },
  { flag: "--allow-write", why: "The socket, and records of allocations." },
  { flag: "--allow-env", why: "Options of the AWS SDK, go-plugin and gRPC." },
  {
    flag: "--allow-sys=hostname,osRelease,uid,homedir",
    why: "Log lines and the SDK's user agent name host and kernel; credentials are below the home.",
  },
];

/**
 * How V8 is held to little memory: it collects its heap before that has grown by much; it has a small
 * nursery. Nothing is allocated past the nursery in the belief that it lasts: V8 would come to that from
 * a burst of starts and then hold it of all that is only looked at, so that an answer of ECS would cost a
 * full collection a second. One compiler, Maglev, does the work of three, as the others take more memory
 * than they save time here; none of it runs on threads of its own, whose memory malloc does not give
 * back. `make bench` shows what comes of them.
 */
const v8 = [
  "--memory-saver-mode",
  "--max-semi-space-size=4",
  "--no-allocation-site-pretenuring",
  "--no-turbofan",
  "--no-sparkplug",
  "--no-concurrent-recompilation",
];

/** The flags of `deno run` and `deno compile`. */
export function flagsOf(): string[] {
  return [`--v8-flags=${v8.join(",")}`, ...powers.map(({ flag }) => flag)];
}
