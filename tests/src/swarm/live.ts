/** The live page of a stack, as it is opened on a host. */
import { execa } from "execa";
import { LiveState, type LiveMessage } from "live";
import { SWARM_SCRIPT } from "process-kit/jest";
import { type Host, type Hosts, MANAGER } from "./hosts.js";

/** Reads what the page is told, as the browser of that host would. */
const READ = `
  const open = () => fetch("http://127.0.0.1:5580/events").catch(open);
  const { body } = await open();
  for await (const chunk of body) process.stdout.write(chunk);
`;

/** docs/scaling.md has it: lets the page be opened on the host that it runs on. */
const FORWARD =
  'net.createServer((c) => stream.pipeline(c, net.connect(5580, "dashboard"), c, () => {})).listen(5580)';

/** Runs in the network of the host itself. */
const ON_HOST = ["run", "--rm", "--network", "host"];

const node = (image: string, script: string) => ["--init", "--entrypoint", "node", image, "--eval", script];

/** What a browser on the manager knows of the roles, until it is closed. */
export async function openPage(hosts: Hosts): Promise<AsyncDisposable & { state: LiveState }> {
  const image = hosts.image("dashboard");
  const live = ["--network", `${hosts.stack}_live`, "--publish", "127.0.0.1:5580:5580"];
  // These hosts' name server never answers, and is asked as long as the dashboard is not healthy
  const lookups = ["--env", "RES_OPTIONS=timeout:1 attempts:1"];
  const run = ["run", "--detach", "--rm", ...live, ...lookups, ...node(image, FORWARD)];
  const forwarder = await hosts.docker(MANAGER, run);

  const state = new LiveState();
  const reader = execa(SWARM_SCRIPT, ["docker", String(MANAGER), ...ON_HOST, ...node(image, READ)], {
    stdin: "ignore",
    buffer: false,
    reject: false,
  });
  const reading = (async () => {
    for await (const line of reader) {
      // What comes with a hello is no list
      if (!line.startsWith("data: [")) continue;
      const told = JSON.parse(line.slice("data: ".length)) as LiveMessage[];
      for (const message of told) state.apply(message, Date.now());
    }
  })();
  return {
    state,
    async [Symbol.asyncDispose]() {
      // The reader ends with what it reads
      await hosts.docker(MANAGER, ["rm", "--force", forwarder]);
      await reading;
      await reader;
    },
  };
}

/** Opens the page from another host, and says how that failed. */
export async function openFrom(host: Host, hosts: Hosts): Promise<string> {
  const address = await hosts.docker(MANAGER, ["node", "inspect", "self", "--format", "{{.Status.Addr}}"]);
  const script = `fetch("http://${address}:5580/").catch(({ cause }) => console.log(cause.code))`;
  return hosts.docker(host, [...ON_HOST, ...node(hosts.image("dashboard"), script)]);
}
