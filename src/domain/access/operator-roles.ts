/** Who works with a headend's pages (document: device.md, 1d). `owner` holds the key of the data folder and makes the others. */
export const OPERATOR_ROLES = ['owner', 'location-staff', 'bookkeeper', 'account-manager', 'music-manager', 'technician', 'collector'] as const;
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

/** What pages show and their buttons do. */
export const PERMISSIONS = [
  'see-fleet',
  'hold-box',
  'service-box',
  'see-money',
  'see-usage',
  'settle-collection',
  'manage-music',
  'manage-prices',
  'manage-alerts',
  'see-audit',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const ALLOWED: Readonly<Record<OperatorRole, readonly Permission[]>> = {
  owner: PERMISSIONS,
  'location-staff': ['see-fleet', 'hold-box'],
  bookkeeper: ['see-fleet', 'see-money', 'see-usage', 'settle-collection'],
  'account-manager': ['see-fleet', 'hold-box', 'see-money', 'see-usage', 'settle-collection', 'manage-music', 'manage-prices', 'manage-alerts', 'see-audit'],
  'music-manager': ['see-fleet', 'see-usage', 'manage-music'],
  technician: ['see-fleet', 'hold-box', 'service-box', 'manage-alerts'],
  collector: ['see-fleet', 'see-money'],
};

export function mayOperator(role: OperatorRole, permission: Permission): boolean {
  return ALLOWED[role].includes(permission);
}

/** Commands of the box's registry that ride on a permission; what is not named here is sent to no box from a page. */
const COMMANDS: Readonly<Partial<Record<Permission, readonly string[]>>> = {
  'hold-box': ['service', 'skip', 'volume', 'calendar add', 'calendar remove', 'credit grant', 'evening end'],
  'service-box': ['service', 'volume', 'test', 'board check', 'coin watch', 'show'],
  'manage-music': ['filter add', 'filter remove', 'filter list', 'why-hidden', 'calendar add', 'calendar remove', 'calendar week'],
  'manage-prices': ['ladder set', 'ladder show', 'price try', 'premium set', 'tax set', 'tax show', 'receipt series'],
};

/** @param line as typed: a word may not be shortened here, so that nothing is sent that was not meant */
export function maySend(role: OperatorRole, line: string): boolean {
  return ALLOWED[role].some((permission) => COMMANDS[permission]?.some((command) => line === command || line.startsWith(`${command} `)) ?? false);
}
