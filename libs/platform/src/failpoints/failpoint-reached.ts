/** The step was made to fail on purpose. No outage and no refusal: it stands for a bug. */
export class FailpointReached extends Error {
  override readonly name = 'FailpointReached';

  constructor(readonly point: string) {
    super(`failpoint ${point}`);
  }
}
