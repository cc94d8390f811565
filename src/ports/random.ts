/** The only source of randomness; tests give a seeded one. */
export interface Random {
  bytes(count: number): Uint8Array;
}
