/** The four services, each the only owner of one PostgreSQL schema (DESIGN section 2). */
export const SERVICES = ['auth-session', 'webhook-ingest', 'exemption-engine', 'audit-ledger'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Everything that the supervisor runs: the services and the local stand-in for the vendor. */
export const PROGRAMS = [...SERVICES, 'didit-sandbox'] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** `auth-session` → `auth_session`. */
export const schemaOf = (service: ServiceName): string => service.replaceAll('-', '_');

/** The run-time role of a service: may read and write rows of its own schema, owns nothing, creates nothing. */
export const roleOf = (service: ServiceName): string => `assent_${schemaOf(service)}`;
