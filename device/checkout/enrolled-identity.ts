/** What enrolment leaves on the box: who it is at the headend, and which headend it trusts. */
export interface EnrolledIdentity {
  readonly account: string;
  readonly outlet: string;
  readonly location: string;
  readonly currency: string;
  /** Raw Ed25519 key: verifies terms, resumes and countersignatures. */
  readonly headendPublicKey: Uint8Array;
  /** The pinned certificate authority of the headend. */
  readonly caPem: string;
  readonly headendUrl: string;
}
