/** Gives up the power to write outside of allocations, once the driver knows where those are. */
import { basename, dirname } from "node:path";
import type { Logger } from "../logger.ts";
import { parseAddress } from "../nomad/address.ts";
import type { Driver } from "./contract.ts";

/** The process's power to write to files and to connect to sockets in the file system. */
export type WritePower = {
  /** Keeps a folder or file out of what `drop` takes. False where it has been dropped already. */
  keep(path: string): boolean;
  /** Gives up all that was not kept, for good. */
  drop(): void;
};

/** What a driver is confined with. */
export type Confinement = {
  readonly power: WritePower;
  /** The paths that the process writes to besides, as they are known by then. */
  readonly kept: () => readonly string[];
  /** The address of Nomad's API where the plugin block has none. */
  readonly nomadAddress: string | undefined;
  readonly log: Logger;
};

/**
 * The same driver, in a process that gives up the power to write once Nomad names the first allocation.
 * It keeps the directory that holds the allocations, of which a Nomad client has one, the paths in `kept`,
 * and the socket of Nomad's API, where that is in the file system.
 */
export function confine(driver: Driver, confinement: Confinement): Driver {
  const { power, kept, log } = confinement;
  let allocations: string | undefined;
  let socket = socketAt(confinement.nomadAddress);

  const keep = (path: string) => {
    if (power.keep(path)) return;
    log.error("this process has given up the power to write there", {
      path,
      writable: allocations,
      fix: "stop the Nomad agent, end this plugin's process, and start the agent again",
    });
  };
  const settle = (allocDir: string | undefined, allocId: string) => {
    const folder = allocDir === undefined ? undefined : allocationsOf(allocDir, allocId);
    if (folder === undefined || folder === allocations) return;
    keep(folder);
    if (allocations !== undefined) return;
    allocations = folder;
    for (const path of [...kept(), ...socket]) keep(path);
    power.drop();
  };

  return {
    ...driver,
    configure: (decoded) => {
      const address = decoded.kind === "ok" ? decoded.value.nomad?.address : undefined;
      socket = socketAt(address ?? confinement.nomadAddress);
      if (allocations !== undefined) socket.forEach(keep);
      driver.configure(decoded);
    },
    start: (task, request, signal) => {
      settle(request.allocDir, task.allocId);
      return driver.start(task, request, signal);
    },
    recover: (task, handle, place) => {
      settle(place?.allocDir, task.allocId);
      driver.recover(task, handle, place);
    },
  };
}

/** The socket of an address in the file system, or none. */
function socketAt(text: string | undefined): string[] {
  const address = text === undefined ? undefined : parseAddress(text);
  return address?.kind === "unix" ? [address.path] : [];
}

/**
 * The directory that holds an allocation's. Undefined where the path does not end in the allocation's id,
 * as those of Nomad do: what is around it may be anything then.
 */
function allocationsOf(allocDir: string, allocId: string): string | undefined {
  const folder = dirname(allocDir);
  return allocDir.startsWith("/") && basename(allocDir) === allocId && folder !== "/"
    ? folder
    : undefined;
}
