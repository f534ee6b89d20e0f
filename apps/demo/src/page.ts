import { spawn } from "node:child_process";
import { LivePage } from "live";
import type { RoleContext } from "zmq-common";
import { Control } from "./control.js";

/** The page, and what it has started. */
export async function showPage({ port }: { port: number }, context: RoleContext): Promise<void> {
  const { signal, print, log } = context;
  let control: Control | undefined;
  await using page = await LivePage.start(
    {
      bind: [`tcp://127.0.0.1:${port + 5}`],
      host: "127.0.0.1",
      port: port + 25,
      onCommand: async (command) => control?.carryOut(command),
    },
    context,
  );
  await using _control = (control = new Control({
    port,
    telemetry: page.telemetry,
    tell: (message) => page.tell(message),
    log,
  }));
  print(`The page: ${page.url}\nCtrl-C ends it, and all that it has started\n`);
  openBrowser(page.url);
  await page.serve(signal);
}

/** Opens the page in a browser, if there is one. `BROWSER=none` says that there is none. */
function openBrowser(url: string): void {
  const { platform, env } = process;
  const hasScreen =
    platform !== "linux" || env["DISPLAY"] !== undefined || env["WAYLAND_DISPLAY"] !== undefined;
  if (env["BROWSER"] === "none" || !hasScreen || !process.stdout.isTTY) return;
  const [file, ...args] =
    platform === "darwin"
      ? ["open", url]
      : platform === "win32"
        ? ["cmd", "/c", "start", url]
        : ["xdg-open", url];
  const opener = spawn(file, args, { stdio: "ignore", detached: true });
  // The address is printed in any case
  opener.on("error", () => {});
  opener.unref();
}
