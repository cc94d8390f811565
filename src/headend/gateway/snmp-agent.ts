import snmp from 'net-snmp';
import type { Log } from '../../ports/log.ts';
import type { EntityStatus } from './entity-link.ts';
import type { GatewayConfig } from './gateway-config.ts';

/** Below the enterprise number that RFC 5612 gives to documentation: ours has not been asked for. */
export const ENTITY_TABLE_OID = '1.3.6.1.4.1.32473.3.1';
const TABLE = 'gatewayEntityTable';
const UP = 1;
const DOWN = 2;
const COUNTER_WRAP = 2 ** 32;

/** A MIB of the gateway with one row an entity ([0066]), served read-only by an SNMP agent. `update` is called when it may have changed. */
export function openSnmpAgent({ host, port, community }: NonNullable<GatewayConfig['snmp']>, entities: readonly EntityStatus[], log: Log) {
  const agent = snmp.createAgent({ address: host, port }, (error) => {
    if (error !== null) log.warn('snmp-request-refused', { reason: error.message });
  });
  agent.getAuthorizer().addCommunity(community);
  const mib = agent.getMib();
  mib.registerProvider(tableProvider());
  for (const [index, { name, kind, up, behind, forwarded, refused }] of entities.entries())
    mib.addTableRow(TABLE, [index + 1, name, kind, up ? UP : DOWN, behind, forwarded % COUNTER_WRAP, refused % COUNTER_WRAP]);
  return {
    update(now: readonly EntityStatus[]): void {
      for (const [index, { up, behind, forwarded, refused }] of now.entries()) {
        const cells = [up ? UP : DOWN, behind, forwarded % COUNTER_WRAP, refused % COUNTER_WRAP];
        for (const [place, value] of cells.entries()) mib.setTableSingleCell(TABLE, place + 4, [index + 1], value);
      }
    },
    close: () => new Promise<void>((resolve) => agent.close(() => resolve())),
  };
}

function tableProvider() {
  const { Integer, OctetString, Gauge, Counter } = snmp.ObjectType;
  const column = (number: number, name: string, type: number) => ({ number, name, type, maxAccess: snmp.MaxAccess['read-only'] });
  return {
    name: TABLE,
    type: snmp.MibProviderType.Table,
    oid: ENTITY_TABLE_OID,
    maxAccess: snmp.MaxAccess['not-accessible'],
    tableColumns: [
      column(1, 'entityIndex', Integer),
      column(2, 'entityName', OctetString),
      column(3, 'entityKind', OctetString),
      column(4, 'entityState', Integer),
      column(5, 'entityBehind', Gauge),
      column(6, 'entityForwarded', Counter),
      column(7, 'entityRefused', Counter),
    ],
    tableIndex: [{ columnName: 'entityIndex' }],
  };
}
