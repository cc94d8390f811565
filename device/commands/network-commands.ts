import type { NetworkChoice } from '../network/network-choice.ts';
import type { InterfaceState, NetworkState } from '../network/network-state.ts';
import { type Command, type CommandContext, done } from './command.ts';

const show: Omit<Command<CommandContext>, 'name'> = {
  help: 'the network as it was chosen (set net-address=, net-gateway=, net-dns=, wifi-network=, wifi-passphrase=, proxy=) and as the kernel has it',
  roles: ['staff', 'technician', 'headend'],
  guard: 'none',
  arguments: [],
  run: async ({ network, box }) => {
    if (network === undefined) return { ok: false, code: 'not-fitted', text: 'A simulation has no network.', data: null };
    const { chosen, proxy } = network;
    const state = network.read();
    const rows = [
      ['chosen', chosenText(chosen)],
      ['proxy', proxy ?? 'none: straight to the headend'],
      ['headend', box.view().connectivity],
      ...state.interfaces.map((card) => [card.name, interfaceText(card)]),
      ['gateway', state.gateways.join(', ') || 'none: nothing beyond this network is reached'],
      ['DNS', state.dns.join(', ') || 'none: only addresses are reached, no names'],
      ...missing(chosen, state).map((text) => ['differs', text]),
    ];
    return done(rows.map(([name = '', text = '']) => `${name.padEnd(11)}${text}`).join('\n'), { chosen, proxy, ...state });
  },
};

function chosenText(chosen: NetworkChoice | null): string {
  if (chosen === null) return 'nothing: the machine has its network by itself';
  const where = chosen.wifi === null ? (chosen.interface ?? 'cable') : `Wi-Fi ${JSON.stringify(chosen.wifi.network)} by ${chosen.wifi.interface}`;
  const address = chosen.address === null ? 'address by DHCP' : `${chosen.address}${chosen.gateway === null ? '' : ` behind ${chosen.gateway}`}`;
  return [where, address, ...(chosen.dns.length === 0 ? [] : [`DNS ${chosen.dns.join(', ')}`])].join(', ');
}

function interfaceText({ state, addresses, signalDbm, bytesIn, bytesOut }: InterfaceState): string {
  const signal = signalDbm === null ? [] : [`${signalDbm} dBm (${signalDbm >= -67 ? 'good' : signalDbm >= -78 ? 'weak' : 'too weak'})`];
  return [state, ...signal, ...addresses, `${megabytes(bytesIn)} MB in, ${megabytes(bytesOut)} out`].join(', ');
}

/** What was chosen and is not so. */
function missing(chosen: NetworkChoice | null, { interfaces, gateways, dns }: NetworkState): readonly string[] {
  if (chosen === null) return [];
  const card = chosen.wifi?.interface ?? chosen.interface;
  const cards = card === null ? interfaces : interfaces.filter(({ name }) => name === card);
  const { address, gateway } = chosen;
  return [
    ...(cards.length === 0 ? [`there is no ${card ?? 'network card'}`] : []),
    ...(address !== null && cards.length > 0 && !cards.some(({ addresses }) => addresses.includes(address)) ? [`nothing has ${address}`] : []),
    ...(gateway !== null && !gateways.some((known) => known.startsWith(`${gateway} `)) ? [`${gateway} is not the gateway`] : []),
    ...chosen.dns.filter((server) => !dns.includes(server)).map((server) => `${server} is not asked for names`),
    ...(chosen.wifi !== null && cards.some(({ signalDbm }) => signalDbm === null) ? ['no access point is heard: its name, its passphrase, its country?'] : []),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** Typed alone, and beside what else is shown. */
export const networkCommands: readonly Command<CommandContext>[] = [
  { name: 'show net', ...show },
  { name: 'net', ...show },
];
