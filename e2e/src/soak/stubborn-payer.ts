import { setTimeout as delay } from 'node:timers/promises';
import { openPage, postForm } from '../payer';
import type { Recorder } from './recorder';

export interface StubbornPayer {
  readonly recorder: Recorder;
  /** Ends the payer's check at the vendor; throws where the vendor has no such open session. */
  readonly finish: (vendorSessionId: string) => Promise<void>;
  readonly pauseMs: number;
  readonly giveUpMs: number;
}

const REDIRECT_MS = 150;
const SENT_ON = 303;

/**
 * Goes on until there is a verdict: opens the page, confirms, ends the check, and begins again where something in between has died.
 * Errors are the weather: they are what this payer is for.
 */
export async function approveStubbornly(authenticationId: string, payer: StubbornPayer): Promise<void> {
  const deadline = Date.now() + payer.giveUpMs;
  const finished = new Set<string>();
  while (payer.recorder.verdictOf(authenticationId) === null && Date.now() < deadline) {
    const hasConfirmed = await step(authenticationId, payer, finished).catch(() => false);
    // Who has confirmed is sent to the vendor at once.
    await delay(hasConfirmed ? REDIRECT_MS : payer.pauseMs);
  }
}

/** One thing that a payer can do now. Whether it was to confirm, so that the check is next. */
async function step(authenticationId: string, { recorder, finish }: StubbornPayer, finished: Set<string>): Promise<boolean> {
  const session = recorder.sessionOf(authenticationId);
  if (session === null) return false;
  const { vendorSessionId, approvalUrl } = session;
  if (typeof vendorSessionId === 'string') {
    if (finished.has(vendorSessionId)) return false;
    await finish(vendorSessionId);
    finished.add(vendorSessionId);
  } else if (typeof approvalUrl === 'string') {
    return (await confirmOnce(approvalUrl)) === SENT_ON;
  }
  return false;
}

/** Confirms what the page shows now; whatever comes back, the topics say what became of it. */
export async function confirmOnce(approvalUrl: string): Promise<number> {
  const page = await openPage(approvalUrl, { signal: AbortSignal.timeout(10_000) });
  if (page.shown === '') return page.status;
  const answer = await postForm(approvalUrl, 'confirm', page.shown);
  await answer.arrayBuffer();
  return answer.status;
}
