import { dirname } from "node:path";
import { Server } from "@grpc/grpc-js";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { watchAccepting } from "./accept_watch.ts";
import type { PluginEnvironment } from "./environment.ts";
import { handshakeLine } from "./handshake.ts";
import { listen } from "./listen.ts";
import { hostServices, type Service } from "./services.ts";
import { insecure, mutualTls } from "./tls.ts";

/**
 * Serves a plugin to the host that started this process: listens, prints the handshake on standard
 * output, and ends the process when the host asks. Resolves once the handshake is printed; rejects
 * when it can listen nowhere.
 */
export async function servePlugin(
  { environment, services, log, clock, onFolder, onShutdown, exit }: {
    environment: PluginEnvironment;
    services: Service[];
    log: Logger;
    clock: Clock;
    /** Called with the folder that holds the socket, where there is one. */
    onFolder: (path: string) => void;
    /** Called before the process ends. */
    onShutdown: () => void;
    /** Ends the process. */
    exit: (status: number) => Promise<never>;
  },
): Promise<void> {
  const server = new Server({
    "grpc.max_receive_message_length": mostReceivedBytes,
    "grpc.max_send_message_length": mostSentBytes,
    // Channelz records every open call, which costs memory for each task, and nothing reads it.
    "grpc.enable_channelz": 0,
  });
  const security = environment.clientCertificate === undefined
    ? insecure()
    : await mutualTls(environment.clientCertificate);

  const over = new AbortController();
  const end = (reason: string) => {
    if (over.signal.aborted) return;
    over.abort();
    log.debug("ending", { reason });
    onShutdown();
    listening.remove();
    exit(0);
  };

  const own = hostServices(() => setTimeout(() => end("the host asked"), answerFlush));
  for (const { definition, implementation } of [...own, ...services]) {
    server.addService(definition, implementation);
  }
  const injector = server.createConnectionInjector(security.credentials);
  const listening = await listen(
    environment.transport,
    (connection) => injector.injectConnection(connection),
  );
  if (listening.network === "unix") onFolder(dirname(listening.address));
  // For an exit that none of the handlers below caused.
  globalThis.addEventListener("unload", () => listening.remove());

  // A terminal sends SIGINT to the agent and its plugins alike. The agent decides what ends.
  Deno.addSignalListener("SIGINT", () => log.debug("SIGINT is the host's to act on"));
  for (const signal of endingSignals()) Deno.addSignalListener(signal, () => end(signal));
  watchAccepting({ listening, clock, log, signal: over.signal })
    .catch((error) => log.error("the watch over new connections ended", { error }));

  const line = handshakeLine({
    network: listening.network,
    address: listening.address,
    certificate: security.certificate,
    refuseMultiplexing: environment.asksForMultiplexing,
  });
  Deno.stdout.writeSync(new TextEncoder().encode(line));
}

/** Signals that would end the process and leave its socket behind. */
function endingSignals(): Deno.Signal[] {
  return Deno.build.os === "windows"
    ? ["SIGHUP", "SIGBREAK"]
    : ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXCPU"];
}

/**
 * Bytes of a message that the plugin takes, gRPC's own default. A jobspec is 1 MB by Nomad's default
 * (`max_job_source_size`), an environment 2 MB at most for a task on Linux, and ECS takes 64 KiB of a
 * task definition and 8 KiB of overrides. All tasks share the memory that a message takes.
 */
const mostReceivedBytes = 4 * 1024 * 1024;
/** Bytes of a message that the plugin sends: the answer to a start repeats its task. */
const mostSentBytes = 2 * mostReceivedBytes;

/**
 * Milliseconds for the answer to Shutdown to leave the process. Neither gRPC nor HTTP/2 tells when its
 * bytes have reached the kernel. The host accepts an end without an answer too, and waits 2 s for the
 * process to end (go-plugin's `Client.Kill`). On a busy machine 10 ms were too few.
 */
const answerFlush = 100;
