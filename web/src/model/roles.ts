// Roles and what they may do, by the names that the server has for them.

export const rights = ['read', 'export', 'operate', 'admin', 'self'] as const;
export type Right = (typeof rights)[number];

/** Roles that can be given, the least first. */
export const userRoles = ['support', 'viewer', 'operator', 'admin'] as const;
/** A token may also be one that only sends. */
export const tokenRoles = ['push', ...userRoles] as const;
export type RoleName = (typeof tokenRoles)[number];
