import { clientException } from "../request/aws_error.ts";
import {
  type Input,
  integer,
  object,
  objects,
  optionalString,
  setting,
  strings,
  word,
} from "../request/input.ts";

const capabilities = new Set(
  ("ALL AUDIT_CONTROL AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID " +
    "IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN " +
    "NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT " +
    "SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME " +
    "SYS_TTY_CONFIG SYSLOG WAKE_ALARM").split(" "),
);
const mountOptions = new Set(
  ("defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime " +
    "noatime diratime nodiratime bind rbind unbindable runbindable private rprivate shared " +
    "rshared slave rslave relatime norelatime strictatime nostrictatime mode uid gid nr_inodes " +
    "nr_blocks mpol").split(" "),
);
const ulimits =
  ("core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending " +
    "stack").split(" ");
const ipcControls =
  /^(kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..+)$/;

/** Checks the ulimits of a container. -1 means no limit, as at Docker. */
export function checkUlimits(container: Input): void {
  for (const ulimit of objects(container, "ulimits")) {
    const name = word(ulimit, "name", ulimits);
    const soft = ulimit["softLimit"];
    const hard = ulimit["hardLimit"];
    if (name === undefined || typeof soft !== "number" || typeof hard !== "number") {
      throw clientException("Ulimits must have a name, a softLimit and a hardLimit.");
    }
    if (soft < -1 || hard < -1) throw clientException(`Invalid limit for ulimit ${name}.`);
    if (hard !== -1 && (soft > hard || soft === -1)) {
      throw clientException(`Soft limit exceeds hard limit for ulimit ${name}.`);
    }
  }
}

/** Checks the `linuxParameters` of a container. */
export function checkLinuxParameters(container: Input, name: string): void {
  const linux = object(container, "linuxParameters");
  if (linux === undefined) return;
  const what = (key: string) => `The '${key}' setting for container '${name}'`;
  const wanted = object(linux, "capabilities") ?? {};
  for (const capability of [...strings(wanted, "add"), ...strings(wanted, "drop")]) {
    if (!capabilities.has(capability)) {
      throw clientException(`Invalid Linux capability '${capability}'.`);
    }
  }
  for (const device of objects(linux, "devices")) {
    if (!optionalString(device, "hostPath")) {
      throw clientException("Device.hostPath cannot be null or empty.");
    }
    for (const permission of strings(device, "permissions")) {
      word({ permission }, "permission", ["read", "write", "mknod"]);
    }
  }
  for (const mount of objects(linux, "tmpfs")) {
    if (!optionalString(mount, "containerPath")?.startsWith("/")) {
      throw clientException("Tmpfs.containerPath must be an absolute path.");
    }
    if (setting(mount, "size", { min: 1, what: "Tmpfs.size" }) === undefined) {
      throw clientException("Tmpfs.size cannot be null.");
    }
    for (const option of strings(mount, "mountOptions")) {
      if (!mountOptions.has(option.split("=")[0] ?? "")) {
        throw clientException(`Invalid tmpfs mount option '${option}'.`);
      }
    }
  }
  setting(linux, "sharedMemorySize", { min: 1, what: what("sharedMemorySize") });
  setting(linux, "maxSwap", { min: 0, what: what("maxSwap") });
  setting(linux, "swappiness", { min: 0, max: 100, what: what("swappiness") });
}

/** Checks the GPUs and other devices that a container or its override reserves. */
export function checkResources(container: Input): void {
  for (const requirement of objects(container, "resourceRequirements")) {
    const type = word(requirement, "type", ["GPU", "InferenceAccelerator", "NeuronDevice"]);
    if (type === undefined) throw clientException("ResourceRequirement.type cannot be null.");
    const value = optionalString(requirement, "value") ?? "";
    const sharing = object(requirement, "sharingStrategy");
    if (sharing !== undefined) {
      if (type !== "GPU") {
        throw clientException(`A sharingStrategy is not supported for resource type ${type}.`);
      }
      if (value !== "") {
        throw clientException("Specify either a value or a sharingStrategy for a GPU, not both.");
      }
      checkSharing(sharing);
      continue;
    }
    if (value === "") {
      throw clientException("ResourceRequirement.value cannot be null or empty.");
    }
    const right = type === "GPU"
      ? /^([1-9][0-9]*|ALL)$/
      : type === "NeuronDevice"
      ? /^ALL$/
      : /^.+$/;
    if (!right.test(value)) throw clientException(`Invalid value '${value}' for resource ${type}.`);
  }
}

/** Checks the devices that the containers of a task reserve together. */
export function checkDevices(containers: readonly Input[]): void {
  const reserved = containers.map((container) => objects(container, "resourceRequirements"));
  const all = reserved.flat();
  if (all.some(({ type }) => type === "InferenceAccelerator")) {
    throw clientException(
      "An InferenceAccelerator must be one of the task's inferenceAccelerators.",
    );
  }
  const neuron = reserved.filter((own) => own.some(({ type }) => type === "NeuronDevice"));
  if (neuron.length > 1) {
    throw clientException("Only one container in a task can specify NeuronDevice resources.");
  }
  const gpus = all.filter(({ type }) => type === "GPU");
  const shared = gpus.filter((gpu) => object(gpu, "sharingStrategy") !== undefined);
  if (shared.length > 0 && shared.length < gpus.length) {
    throw clientException("All containers that request GPUs must use the same sharingStrategy.");
  }
}

/** Refuses kernel parameters of a namespace that the task shares with its host. */
export function checkSystemControls(
  request: Input,
  containers: readonly Input[],
  networkMode: string,
): void {
  const controls = containers.flatMap((container) => objects(container, "systemControls"));
  for (const control of controls) {
    const name = optionalString(control, "namespace") ?? "null";
    const ipc = ipcControls.test(name);
    if (!ipc && !/^net\..+$/.test(name)) {
      throw clientException(`Invalid systemControls namespace '${name}'.`);
    }
    if (ipc && request["ipcMode"] === "host") {
      throw clientException(`System control '${name}' is not supported when ipcMode=host.`);
    }
    if (!ipc && networkMode === "host") {
      throw clientException(`System control '${name}' is not supported when networkMode=host.`);
    }
  }
}

function checkSharing(sharing: Input): void {
  const mps = object(sharing, "nvidiaMps");
  if (mps === undefined) throw clientException("A sharingStrategy must have exactly one member.");
  if (integer(mps, "memory", { min: 1, max: 2 ** 31 - 1 }) === undefined) {
    throw clientException("NvidiaMpsAllocation.memory cannot be null.");
  }
  integer(mps, "maxComputePercent", { min: 1, max: 100 });
}
