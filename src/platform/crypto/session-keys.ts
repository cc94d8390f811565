/** Master key and salt of one direction (RFC 7714: AEAD_AES_128_GCM). */
export interface SrtpMaster {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

/** The keys of one epoch of one PaySession; they live in memory only, and a resume makes new ones (ruling 22). */
export interface SessionKeys {
  readonly epoch: number;
  /** Device -> headend messages (ACK, receipt, confirm). */
  readonly deviceTag: Uint8Array;
  /** Headend -> device messages (WINDOW). */
  readonly headendTag: Uint8Array;
  readonly challenge: Uint8Array;
  /** Authenticates RTSP requests of the session. */
  readonly rtsp: Uint8Array;
  readonly srtpToDevice: SrtpMaster;
  readonly srtpToHeadend: SrtpMaster;
}
