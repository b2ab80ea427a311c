/** As in our own topics (interface section 1). */
export const keyOf = (authenticationId: string): string => `demo:${authenticationId}`;
