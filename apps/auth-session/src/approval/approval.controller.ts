import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { bindingOf } from '@assent/domain-linking';
import { invariant } from '@assent/kernel';
import { GatewayRegistry, metrics, noteAuthentication, Problem } from '@assent/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApprovalLinks } from '../authentication/approval-links';
import type { AuthenticationRecord } from '../authentication/authentication-record';
import { type ApprovalNotice, type Notice, pageHeaders, type PageLocale, pageLocale, renderApprovalPage, renderNotice, renderResultPage, SHOWN_FIELD } from '../page';
import { SETTINGS, type Settings } from '../settings';
import { type ApprovalDisplay, approvalDisplay, returnDisplay } from './approval-state';
import { ApprovalPages, type ApprovalSight } from './approval-pages';
import { Approvals, type ConfirmAnswer } from './approvals';
import { isOurOwnForm } from './browser-origin';
import { HostedOrigins } from './hosted-origins';

const visits = metrics.counter('assent_approval_pages_total', 'Answers of the approval pages, by page.', ['page']);
const RETRY_AFTER_SECONDS = '5';

/** The payer's pages. Whoever fetches one changes nothing; only a form of our own does. The token is the only key, and appears in no log. */
@ApiExcludeController()
@Controller('approve/:token')
export class ApprovalController {
  constructor(
    @Inject(Approvals) private readonly approvals: Approvals,
    @Inject(ApprovalPages) private readonly pages: ApprovalPages,
    @Inject(ApprovalLinks) private readonly links: ApprovalLinks,
    @Inject(HostedOrigins) private readonly hosted: HostedOrigins,
    @Inject(GatewayRegistry) private readonly gateways: GatewayRegistry,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'publicBaseUrl'>,
  ) {}

  @Get()
  async page(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const sight = await this.sightOf(token, request.method === 'GET');
    this.show(token, sight, sight === null ? null : approvalDisplay(sight.record, sight.nowMs), request, reply);
  }

  /** Where the vendor sends the browser back to. What its query says is the browser's word, and not even read. */
  @Get('return')
  async returned(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const sight = await this.sightOf(token, false);
    this.show(token, sight, sight === null ? null : returnDisplay(sight.record, sight.nowMs), request, reply);
  }

  @Post('confirm')
  async confirm(@Param('token') token: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const tokenHash = this.ownForm(token, request, reply);
    if (tokenHash === null) return;
    await this.answerConfirm(token, await this.approvals.confirm(tokenHash, shownIn(body) ?? ''), request, reply);
  }

  @Post('refuse')
  async refuse(@Param('token') token: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const tokenHash = this.ownForm(token, request, reply);
    if (tokenHash === null) return;
    if (await this.approvals.refuse(tokenHash, shownIn(body))) this.redirect(returnPath(token), request, reply);
    else this.notice('LINK_UNKNOWN', 404, null, request, reply);
  }

  private async sightOf(token: string, isServed: boolean): Promise<ApprovalSight | null> {
    const tokenHash = this.links.hashOfToken(token);
    if (tokenHash === null) return null;
    const sight = isServed ? await this.pages.serve(tokenHash) : await this.pages.see(tokenHash);
    if (sight !== null) noteAuthentication(sight.record.authenticationId);
    return sight;
  }

  /** The token's hash, for a form that our own page posted; else answers, and null. */
  private ownForm(token: string, request: FastifyRequest, reply: FastifyReply): Buffer | null {
    if (!isOurOwnForm(request.headers, this.settings.publicBaseUrl)) {
      this.notice('FOREIGN_FORM', 403, null, request, reply);
      return null;
    }
    const tokenHash = this.links.hashOfToken(token);
    if (tokenHash === null) this.notice('LINK_UNKNOWN', 404, null, request, reply);
    return tokenHash;
  }

  private async answerConfirm(token: string, answer: ConfirmAnswer, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    switch (answer.kind) {
      case 'HOSTED':
        // A page that was served before we knew the vendor's own domain forbids the way there: it is shown again with one that does not.
        if (this.hosted.learn(answer.url) || wantsJson(request)) this.redirect(answer.url, request, reply);
        else await this.again(token, 'CHECK_NOT_FINISHED', 200, request, reply);
        return;
      case 'RESULT':
        this.redirect(returnPath(token), request, reply);
        return;
      case 'UNKNOWN_LINK':
        this.notice('LINK_UNKNOWN', 404, null, request, reply);
        return;
      case 'EXPIRED':
        this.notice('LINK_EXPIRED', 410, null, request, reply);
        return;
      case 'WAIT':
        this.notice('OTHER_APPROVAL_OPEN', 409, ApprovalLinks.pathOf(token), request, reply);
        return;
      case 'SHOW_AGAIN':
        await this.again(token, 'DETAILS_CHANGED', 409, request, reply);
        return;
      case 'UNAVAILABLE':
        await this.again(token, 'CHECK_UNAVAILABLE', 503, request, reply);
        return;
    }
  }

  /** The approval page once more, with the reason; or what there is to show by now. */
  private async again(token: string, notice: ApprovalNotice, status: number, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (wantsJson(request)) throw problemOf(notice, status);
    const sight = await this.sightOf(token, true);
    const display = sight === null ? null : approvalDisplay(sight.record, sight.nowMs);
    this.show(token, sight, display?.page === 'APPROVAL' ? { page: 'APPROVAL', notice } : display, request, reply, status);
  }

  private show(token: string, sight: ApprovalSight | null, display: ApprovalDisplay | null, request: FastifyRequest, reply: FastifyReply, status = 200): void {
    if (sight === null || display === null || display.page === 'NONE') {
      if (display?.page === 'NONE' && display.expired) this.notice('LINK_EXPIRED', 410, null, request, reply);
      else this.notice('LINK_UNKNOWN', 404, null, request, reply);
      return;
    }
    const { record, nowMs } = sight;
    const locale = localeOf(record, request);
    visits.inc({ page: display.page === 'APPROVAL' ? 'approval' : display.state.toLowerCase() });
    if (display.page === 'RESULT') {
      const html = renderResultPage({ locale, state: display.state, binding: bindingOf(record.request), returnUrl: this.returnUrlOf(record), selfPath: returnPath(token) });
      this.send(html, display.state === 'EXPIRED' ? 410 : status, reply);
      return;
    }
    const html = renderApprovalPage({
      locale,
      binding: bindingOf(record.request),
      requestedBy: null,
      confirmPath: `${ApprovalLinks.pathOf(token)}/confirm`,
      refusePath: `${ApprovalLinks.pathOf(token)}/refuse`,
      nowMs,
      expiresAtMs: record.state.expiresAtMs,
      notice: display.notice,
    });
    this.send(html, status, reply);
  }

  /** The gateway's page, if its origin is on the registry's list now: it may have been taken off since. */
  private returnUrlOf({ gatewayId, request: { returnUrl } }: AuthenticationRecord): string | null {
    return returnUrl !== null && this.gateways.get(gatewayId)?.allowsReturn(returnUrl) === true ? returnUrl : null;
  }

  private notice(notice: Notice, status: number, retryPath: string | null, request: FastifyRequest, reply: FastifyReply): void {
    if (wantsJson(request)) throw problemOf(notice, status);
    visits.inc({ page: notice.toLowerCase() });
    this.send(renderNotice({ locale: pageLocale(null, request.headers['accept-language'] ?? null), notice, retryPath }), status, reply);
  }

  private send(html: string, status: number, reply: FastifyReply): void {
    invariant(!reply.sent, 'a page is answered once');
    if (status === 409 || status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
    // `no-referrer` would make browsers hide the origin of our own forms; `same-origin` tells it to us and the referrer to nobody else.
    void reply.status(status).headers(pageHeaders(this.hosted.list())).send(html);
  }

  private redirect(url: string, request: FastifyRequest, reply: FastifyReply): void {
    const redirectUrl = url.startsWith('/') ? `${this.settings.publicBaseUrl}${url}` : url;
    if (wantsJson(request)) void reply.status(200).header('cache-control', 'no-store').send({ redirectUrl });
    else void reply.status(303).headers({ location: redirectUrl, 'cache-control': 'no-store', 'referrer-policy': 'same-origin' }).send();
  }
}

const returnPath = (token: string): string => `${ApprovalLinks.pathOf(token)}/return`;

const localeOf = ({ request: { payer } }: AuthenticationRecord, request: FastifyRequest): PageLocale =>
  pageLocale(payer.locale ?? null, request.headers['accept-language'] ?? null);

const wantsJson = ({ headers }: FastifyRequest): boolean => /^application\/json\s*(;|,|$)/i.test(headers.accept ?? '');

const HASH = /^[0-9a-f]{64}$/;

/** The hash of what the page showed, out of its form. A form without one agrees with nothing. */
function shownIn(body: unknown): string | null {
  const shown = typeof body === 'object' && body !== null && SHOWN_FIELD in body ? body[SHOWN_FIELD] : null;
  return typeof shown === 'string' && HASH.test(shown) ? shown : null;
}

const DETAILS: Readonly<Record<Notice | ApprovalNotice, string>> = {
  LINK_UNKNOWN: 'There is no approval under this link.',
  LINK_EXPIRED: 'The time for this approval is over.',
  FOREIGN_FORM: 'Approvals are only taken from our own page.',
  OTHER_APPROVAL_OPEN: 'Another approval of the same payer is open. Try again in a moment.',
  TRY_AGAIN_SOON: 'Try again in a moment.',
  DETAILS_CHANGED: 'The form does not carry the hash of what would be approved. Fetch the page again and send its "shown" field.',
  CHECK_NOT_FINISHED: 'The check was not finished. Confirm again.',
  CHECK_UNAVAILABLE: 'The check cannot be started at the moment. Confirm again later.',
  OTHER_APPROVAL_CLOSED_THIS: 'Another approval closed this one. Confirm again.',
};

const problemOf = (code: Notice | ApprovalNotice, status: number): Problem =>
  new Problem({ status, code, detail: DETAILS[code], ...(status === 409 || status === 503 ? { headers: { 'retry-after': RETRY_AFTER_SECONDS } } : {}) });
