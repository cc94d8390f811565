/** An Ed25519 key pair whose private half stays where it is. */
export interface Signer {
  /** Raw 32-byte public key. */
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}
