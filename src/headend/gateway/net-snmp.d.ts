/** The part of net-snmp that the gateway uses; the package brings no types. */
declare module 'net-snmp' {
  interface TableColumn {
    readonly number: number;
    readonly name: string;
    readonly type: number;
    readonly maxAccess: number;
    readonly constraints?: { readonly enumeration: Readonly<Record<number, string>> };
  }
  interface MibProvider {
    readonly name: string;
    readonly type: number;
    readonly oid: string;
    readonly maxAccess: number;
    readonly tableColumns: readonly TableColumn[];
    readonly tableIndex: readonly { readonly columnName: string }[];
  }
  interface Mib {
    registerProvider(provider: MibProvider): void;
    addTableRow(table: string, row: readonly (number | string)[]): void;
    setTableSingleCell(table: string, column: number, rowIndex: readonly (number | string)[], value: number | string): void;
  }
  interface Agent {
    getMib(): Mib;
    getAuthorizer(): { addCommunity(community: string): void };
    close(callback?: () => void): void;
  }
  interface SnmpModule {
    readonly ObjectType: Readonly<Record<'Integer' | 'OctetString' | 'Counter' | 'Gauge', number>>;
    readonly MaxAccess: Readonly<Record<'not-accessible' | 'read-only', number>>;
    readonly MibProviderType: Readonly<Record<'Table' | 'Scalar', number>>;
    createAgent(options: { readonly port: number; readonly address: string }, callback: (error: Error | null) => void): Agent;
  }
  const snmp: SnmpModule;
  export default snmp;
}
