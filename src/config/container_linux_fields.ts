import { blocks, bool, list, oneOf, optionalBlock, type Problem, string, whole } from "./schema.ts";
import { must } from "./show.ts";

/*
 * Settings of the Linux kernel for a container, and resource limits of its processes.
 */

/** `linux_parameters` of a container. */
export const linuxParameters = optionalBlock(
  "Settings of the Linux kernel for the container. Not for Windows containers. When not set, " +
    "Docker's defaults hold.",
  {
    init_process_enabled: bool(
      "Whether an init process runs in the container that forwards signals and reaps processes. " +
        "When not set, none runs.",
    ),
    shared_memory_size: whole(
      "Size of `/dev/shm` in MiB. Not on Fargate. When not set, Docker's default holds, which is " +
        "64 MiB.",
      { min: 0, max: 1_048_576 },
    ),
    max_swap: whole(
      "Swap that the container may use, in MiB; 0 is none. Not on Fargate. When not set, the " +
        "container instance's own setting holds.",
      { min: 0, max: 1_048_576 },
    ),
    swappiness: whole(
      "How readily the kernel swaps the container's memory: 0 only where it must, 100 very readily. " +
        "Not on Fargate, and without effect without `max_swap`. When not set, it is 60.",
      { min: 0, max: 100 },
    ),
    capabilities: optionalBlock(
      "Linux capabilities to add to those that Docker gives the container, or to take from them. When " +
        "not set, the container has those that Docker gives.",
      {
        add: list(
          "Linux capabilities to add, such as `NET_ADMIN`. Fargate takes `SYS_PTRACE` only. When not " +
            "set, none is added.",
          { secret: false },
        ),
        drop: list("Linux capabilities to take away, or `ALL`. When not set, none is taken away.", {
          secret: false,
        }),
      },
      { example: { add: ["SYS_PTRACE"], drop: ["NET_RAW"] } },
    ),
    device: blocks(
      "A device of the container instance that the container may use. Not on Fargate. When there is " +
        "no such block, the container has no device of the instance.",
      {
        host_path: string("Path of the device on the container instance.", {
          required: true,
          secret: false,
        }),
        container_path: string(
          "Path of the device in the container. When not set, it is the path on the instance.",
          { secret: false },
        ),
        permissions: list(
          "What the container may do with the device: `read`, `write`, `mknod`. When not set, it may " +
            "do all three.",
          { secret: false },
        ),
      },
      { example: { host_path: "/dev/fuse", permissions: ["read", "write"] } },
    ),
    tmpfs: blocks(
      "A file system in memory that is mounted in the container. When there is no such block, none is " +
        "mounted.",
      {
        container_path: string(
          "Absolute path in the container where the tmpfs file system is mounted.",
          {
            required: true,
            secret: false,
          },
        ),
        size: whole("Most that the tmpfs file system holds, in MiB.", {
          required: true,
          min: 1,
          max: 1_048_576,
        }),
        mount_options: list(
          "Mount options of the tmpfs file system, such as `noexec`. When not set, Docker's defaults " +
            "hold.",
          { secret: false },
        ),
      },
      { example: { container_path: "/tmp", size: 64 } },
    ),
  },
  { example: { init_process_enabled: true } },
);

const ulimitNames = [
  "core",
  "cpu",
  "data",
  "fsize",
  "locks",
  "memlock",
  "msgqueue",
  "nice",
  "nofile",
  "nproc",
  "rss",
  "rtprio",
  "rttime",
  "sigpending",
  "stack",
] as const;

/** `ulimit` of a container. */
export const ulimit = blocks(
  "A resource limit (ulimit) of the container's processes. Not for Windows containers. When there is " +
    "no such block for a resource, the operating system's limit holds; on Fargate `nofile` is 65535.",
  {
    name: oneOf("Resource of the container's processes that is limited.", ulimitNames, {
      required: true,
    }),
    soft_limit: whole(
      "Limit that holds at first and that a process may raise up to the hard limit: a count, bytes or " +
        "seconds, as the resource has it; -1 is no limit.",
      { required: true, min: -1, max: 2_147_483_647 },
    ),
    hard_limit: whole(
      "Limit up to which a process may raise the soft limit, in the same unit; -1 is no limit.",
      { required: true, min: -1, max: 2_147_483_647 },
    ),
  },
  {
    // Each resource has one limit.
    max: ulimitNames.length,
    check: checkUlimit,
    example: { name: "nofile", soft_limit: 65_535, hard_limit: 65_535 },
  },
);

function checkUlimit(
  { soft_limit, hard_limit }: { soft_limit: number; hard_limit: number },
  path: string,
  problems: Problem[],
): void {
  if (hard_limit === -1 || (soft_limit !== -1 && soft_limit <= hard_limit)) return;
  problems.push({
    path: `${path}.soft_limit`,
    text: must(`be at most hard_limit = ${hard_limit}`, soft_limit),
  });
}
