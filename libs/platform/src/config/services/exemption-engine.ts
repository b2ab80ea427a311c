import { defineConfig, type Loaded } from '../define-config';
import { serviceConfig, subjectConfig } from '../shared';

const SERVICE = 'exemption-engine';

/** Everything that exemption-engine reads from its environment. */
export const exemptionEngineConfig = defineConfig(SERVICE, {
  ...serviceConfig(SERVICE, 3003),
  ...subjectConfig,
});

export type ExemptionEngineConfig = Loaded<typeof exemptionEngineConfig>;
