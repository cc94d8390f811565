/** Words in a name whose value nobody else may read. */
const SECRET_NAME = /(^|[-_])pin([-_]|$)|token|secret|passw|psk|passphrase|private|signature|nonce|credential|authorization|claimcode|wifi-key|^key$|^code$/i;
/** Long runs of hexadecimal or base64 digits: keys, tokens and hashes of PINs, whatever they are called. */
const SECRET_TEXT = /\b[0-9a-f]{32,}\b|[A-Za-z0-9+/_-]{40,}={0,2}/g;
/** A serial line by its name, such as /dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A10K2B3C-if00-port0, is as long and no secret. */
const DEVICE = /^\/dev\/[a-z]/;
const PEM = /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g;
const USER_OF_URL = /(\w+:\/\/)[^/\s@]+@/g;
const HIDDEN = '[withheld]';

/** The value without what must not leave the box; amounts, ids of works and sequence numbers stay. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string')
    return value
      .replace(PEM, HIDDEN)
      .replace(USER_OF_URL, `$1${HIDDEN}@`)
      .replace(SECRET_TEXT, (run) => (DEVICE.test(run) ? run : HIDDEN));
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, isSecret(name, inner) ? HIDDEN : withoutSecrets(inner)]));
}

/** A board's pin is a number, and what a command came to is a word. */
function isSecret(name: string, value: unknown): boolean {
  return typeof value === 'string' && SECRET_NAME.test(name) && !(name === 'code' && /^[a-z-]+$/.test(value));
}
