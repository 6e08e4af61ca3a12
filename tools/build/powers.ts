/**
 * What the program may do, and how its engine is tuned: the flags of compiled executables and of the
 * launcher that stands in for one, from this one place.
 */

/** A flag about permissions, and why the program has it. */
export type Power = { readonly flag: string; readonly why: string };

/** Files that hold what lets somebody in: no credential of AWS and no token of Nomad is there. */
const secretFiles = [
  "/etc/gshadow",
  "/etc/gshadow-",
  "/etc/shadow",
  "/etc/shadow-",
  "/etc/ssh",
  "/etc/sudoers",
  "/etc/sudoers.d",
  "/root/.ssh",
];

/** Folders of what others run: no directory of allocations and no socket is there. */
const programs = [
  "/bin",
  "/boot",
  "/etc",
  "/lib",
  "/lib64",
  "/root/.ssh",
  "/sbin",
  "/usr/bin",
  "/usr/lib",
  "/usr/lib64",
  "/usr/sbin",
  "/var/spool/cron",
];

/** Variables that are read, by the start of their names or in full. All others read as if unset. */
const variables = [
  "AWS_*", // the SDK's settings and credentials
  "COLORTERM", // the tool's colours, with the three that follow and NO_COLOR
  "CLICOLOR*",
  "FORCE_COLOR",
  "TERM",
  "NO_COLOR",
  "GRPC_*", // traces of grpc-js
  "HOME", // where ~/.aws is; the next three are its names on Windows
  "HOMEDRIVE",
  "HOMEPATH",
  "USERPROFILE",
  "HTTPS_PROXY", // what doctor tells of the way to AWS; Deno itself takes the proxy from it in any case
  "https_proxy",
  "NO_PROXY",
  "no_proxy",
  "NOMAD_*", // the cookie of plugins, and how Nomad's API is reached
  "PLUGIN_*", // go-plugin's wishes for the connection
];

/**
 * What the program may do on each system. It may start no process and load no library. What is known
 * only at run time, the program drops by itself: see `src/driver/confinement.ts`.
 */
export function powersOn(os: typeof Deno.build.os): Power[] {
  // A list is what folders can be taken from at run time. Windows has no folder that holds all others.
  const everywhere = os === "windows" ? "" : "=/";
  return [
    { flag: "--no-prompt", why: "No person answers a question." },
    {
      flag: "--allow-net",
      why: "AWS in any region, proxies, metadata services, Nomad's API: configuration names them.",
    },
    {
      flag: `--allow-read${everywhere}`,
      why:
        "Files of credentials, certificates and tokens are where the AWS configuration and the " +
        "plugin block say, which may change while the process runs; logs are in allocations.",
    },
    {
      flag: `--deny-read=${secretFiles.join(",")}`,
      why: "What stays closed all the same. Deno goes by the path as it is given, not by symlinks.",
    },
    {
      flag: `--allow-write${everywhere}`,
      why:
        "The socket, FIFOs and records are in folders that Nomad names. The first allocation drops " +
        "all others.",
    },
    { flag: `--deny-write=${programs.join(",")}`, why: "What stays closed before that, too." },
    {
      flag: `--allow-env=${variables.join(",")}`,
      why: "The options of the AWS SDK, go-plugin, grpc-js and the tool.",
    },
    {
      flag: "--ignore-env",
      why: "Libraries look for variables besides, and must not fail for it.",
    },
    {
      flag: "--allow-sys=hostname,osRelease,uid,homedir",
      why: "Log lines and the SDK's user agent name host and kernel; ~/.aws is found without HOME.",
    },
    { flag: "--deny-import", why: "All of the program is in its one module." },
    { flag: "--no-npm", why: "The same, for packages." },
    { flag: "--no-remote", why: "The same, for addresses." },
  ];
}

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
export function flagsOf(os: typeof Deno.build.os): string[] {
  return [`--v8-flags=${v8.join(",")}`, ...powersOn(os).map(({ flag }) => flag)];
}
