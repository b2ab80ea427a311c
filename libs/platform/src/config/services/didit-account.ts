import { choice, text, variable } from '../variable';

const VENDOR_ID = /^[A-Za-z0-9_-]{1,128}$/;
const vendorId = () => text(VENDOR_ID, 'must be the id as the Didit console shows it');

/** Which application, workflow and environment of Didit are ours: whatever comes from another one is refused. */
export const diditAccountConfig = {
  DIDIT_APPLICATION_ID: variable(vendorId(), {
    description: "Didit's id of the application. Webhooks and sessions of another application are refused.",
    example: '00000000-0000-4000-8000-00000000000a',
  }),
  DIDIT_WORKFLOW_ID: variable(vendorId(), {
    description: "Didit's id of the workflow: liveness, face match, device and IP analysis.",
    example: '00000000-0000-4000-8000-00000000000b',
  }),
  DIDIT_ENVIRONMENT: variable(choice(['live', 'sandbox']).default('live'), {
    description: "Didit's environment, as its webhooks name it. Webhooks of the other one are refused.",
    example: 'sandbox',
  }),
};
