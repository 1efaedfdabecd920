/**
 * A network of hosts on one machine: Linux' network namespaces, of which one is the switch between the
 * others.
 */
import { fileURLToPath } from "node:url";

/** One host of it. */
export interface Host {
  address: string;
  /** What a command begins with that is to run there. */
  within: string[];
  /** Pulls its cable out of the switch: nothing reaches it any more, and nobody is told. */
  unplug(): Promise<void>;
  plugIn(): Promise<void>;
}

/** The network, of which this machine is a host as well. */
export interface Network extends AsyncDisposable {
  /** This machine's address in it. */
  address: string;
  /** All its addresses, as CIDR. */
  range: string;
  addHost(): Promise<Host>;
  /**
   * Makes a server on this machine's loopback one of the network.
   *
   * @returns its URL there
   */
  offer(url: string): Promise<string>;
}

const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** Whether this machine and this user can make such networks. */
export function canMakeNetworks(): boolean {
  const name = nameOf();
  const script = `ip netns add ${name}; trap 'ip netns delete ${name}' EXIT
    ip -n ${name} link add switch type bridge; ip -n ${name} link add port type veth peer name other`;
  return new Deno.Command("/bin/sh", { args: ["-ec", script], env: { PATH }, stdout: "null", stderr: "null" })
    .outputSync().success;
}

// Names of interfaces have 15 characters at most.
const nameOf = () => `dt${crypto.randomUUID().slice(0, 8)}`;

/** Makes a network with this machine in it. It goes when it is disposed of. */
export async function makeNetwork(): Promise<Network> {
  await using resources = new AsyncDisposableStack();
  // It has no rules that would drop what goes through its bridge, as a machine may have.
  const middle = await addNamespace(resources);
  const own = nameOf();
  // Of 198.18.0.0/15, which is set aside for trials (RFC 2544): any net of 256 addresses.
  const number = crypto.getRandomValues(new Uint16Array(1))[0]! % 512;
  const net = `198.${18 + (number >> 8)}.${number & 255}`;
  await sh(`ip -n ${middle} link add switch type bridge; ip -n ${middle} link set switch up
    ip link add ${own} type veth peer name port1 netns ${middle}
    ip -n ${middle} link set port1 master switch up
    ip address add ${net}.1/24 dev ${own}; ip link set ${own} up`);
  resources.defer(() => sh(`ip link delete ${own}`));
  const all = resources.move();
  let hosts = 1;
  return {
    address: `${net}.1`,
    range: `${net}.0/24`,
    async addHost() {
      const place = ++hosts;
      const name = await addNamespace(all);
      const address = `${net}.${place}`;
      await sh(`ip -n ${name} link add eth0 type veth peer name port${place} netns ${middle}
        ip -n ${middle} link set port${place} master switch up
        ip -n ${name} address add ${address}/24 dev eth0; ip -n ${name} link set eth0 up`);
      return {
        address,
        within: ["/usr/sbin/ip", "netns", "exec", name],
        unplug: () => sh(`ip -n ${middle} link set port${place} down`),
        plugIn: () => sh(`ip -n ${middle} link set port${place} up`),
      };
    },
    async offer(url) {
      const { host } = new URL(url);
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", `--allow-net=${net}.1,${host}`],
          ...[fileURLToPath(new URL("forward.ts", import.meta.url)), `${net}.1`, host],
        ],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      all.defer(async () => {
        await child.stdin.close();
        await output.cancel();
        await child.status;
      });
      const { value: port } = await output.read();
      return Object.assign(new URL(url), { host: `${net}.1:${port!.trim()}` }).href;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function addNamespace(resources: AsyncDisposableStack): Promise<string> {
  const name = nameOf();
  await sh(`ip netns add ${name}`);
  resources.defer(() => sh(`ip netns delete ${name}`));
  await sh(`ip -n ${name} link set lo up`);
  return name;
}

async function sh(script: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-ec", script],
    env: { PATH },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
