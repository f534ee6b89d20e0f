// Dashboard
// Binds SUB socket to tcp://127.0.0.1:5560, to which roles connect that are given its endpoint (--telemetry)
// Serves a page that shows what they do; it only watches
import { LivePage } from "live";
import { parseAddress, type RoleContext } from "zmq-common";

export interface DashboardOptions {
  bind: string[];
  /** Where the page listens. */
  http: string;
  /** By which other names it may be called. */
  name: string[];
}

export async function dashboard({ bind, http, name }: DashboardOptions, context: RoleContext) {
  const { signal, print } = context;
  const { host, port } = parseAddress(http);

  // Nothing is sent by any role while nobody has the page open
  await using page = await LivePage.start({ bind, host, port: Number(port), names: name }, context);
  print(`The page: ${page.url}\nRoles appear on it that run with --telemetry ${page.telemetry}\n`);

  await page.serve(signal);
}
