import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { requestHash, returnUrlAllowed, type ScaRequestedV1, validateRequest } from '@assent/contracts';
import { AUTHENTICATION_ID_PATTERN, authenticationKey } from '@assent/kernel';
import { ApiKeyGuard, CurrentGateway, type Gateway, invalidRequest, noteAuthentication, Problem, RequireScope } from '@assent/platform';
import { Database } from '@assent/postgres';
import type { FastifyReply } from 'fastify';
import { ApprovalLinks } from '../authentication/approval-links';
import type { AuthenticationRecord } from '../authentication/authentication-record';
import { whileContended } from '../authentication/contended';
import { readAuthentication } from '../authentication/read-authentication';
import { UnitServices } from '../authentication/unit-services';
import { acceptedView, type AuthenticationAnswer, AuthenticationView, viewOf } from './authentication-view';
import { newAuthenticationId, RestRequests } from './rest-requests';
import { VerdictWaiters } from './verdict-waiters';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
const WAIT_SECONDS_MAX = 30;

/** The gateway's REST side: what Kafka gateways say by `sca.requested` and hear by `sca.verdict`. */
@ApiTags('authentications')
@ApiBearerAuth()
@Controller('v1/authentications')
@UseGuards(ApiKeyGuard)
export class AuthenticationsController {
  constructor(
    @Inject(RestRequests) private readonly requests: RestRequests,
    @Inject(Database) private readonly database: Database,
    @Inject(UnitServices) private readonly units: UnitServices,
    @Inject(ApprovalLinks) private readonly links: ApprovalLinks,
    @Inject(VerdictWaiters) private readonly waiters: VerdictWaiters,
  ) {}

  @Post()
  @HttpCode(202)
  @RequireScope('authentications:write')
  @ApiOperation({
    summary: 'Ask for an authentication',
    description: 'The body of `sca.requested`; `authenticationId` may be left out. The same Idempotency-Key with the same body gives the same answer.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '1 to 255 visible characters, new for every request.' })
  @ApiBody({ schema: { type: 'object', additionalProperties: true, description: 'See docs/events/sca.requested.v1.json.' } })
  @ApiResponse({ status: 202, type: AuthenticationView })
  @ApiResponse({ status: 400, description: 'REQUEST_INVALID, IDEMPOTENCY_KEY_MISSING' })
  @ApiResponse({ status: 422, description: 'IDEMPOTENCY_KEY_REUSED, REQUEST_CONFLICT' })
  async create(
    @CurrentGateway() gateway: Gateway,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuthenticationAnswer> {
    if (idempotencyKey === undefined || !IDEMPOTENCY_KEY.test(idempotencyKey)) throw keyMissing();
    const request = readRequest(body, gateway);
    noteAuthentication(request.authenticationId);
    const answer = await this.requests.receive({ gateway, idempotencyKey, bodyHash: requestHash(body), request });
    if (answer.kind === 'KEY_REUSED') throw conflict('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key came before with another body. Use a new one for a new request.');
    if (answer.kind === 'REQUEST_CONFLICT') throw conflict('REQUEST_CONFLICT', 'This authenticationId belongs to a request with other content. Use a new one for a new request.');
    void reply.header('location', `/v1/authentications/${answer.record.authenticationId}`);
    return acceptedView(answer.record);
  }

  @Get(':id')
  @RequireScope('authentications:read')
  @ApiOperation({ summary: 'How an authentication stands', description: 'With `waitSeconds` the answer waits for the verdict.' })
  @ApiParam({ name: 'id', description: 'The authentication id.' })
  @ApiQuery({ name: 'waitSeconds', required: false, schema: { type: 'integer', minimum: 0, maximum: WAIT_SECONDS_MAX, default: 0 } })
  @ApiResponse({ status: 200, type: AuthenticationView })
  @ApiResponse({ status: 404, description: 'AUTHENTICATION_UNKNOWN' })
  async get(@CurrentGateway() gateway: Gateway, @Param('id') id: string, @Query('waitSeconds') waitSeconds: string | undefined): Promise<AuthenticationAnswer> {
    const key = keyOf(gateway, id);
    const wait = this.waiters.listen(key, readWait(waitSeconds) * 1000);
    try {
      const record = await this.known(key);
      if (record.state.status === 'DECIDED') return this.view(record);
      await wait.until;
    } finally {
      wait.end();
    }
    return this.view(await this.known(key));
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @RequireScope('authentications:write')
  @ApiOperation({ summary: 'Take a request back', description: 'The verdict becomes CANCELLED. Not possible once there is a verdict.' })
  @ApiParam({ name: 'id', description: 'The authentication id.' })
  @ApiResponse({ status: 202, type: AuthenticationView })
  @ApiResponse({ status: 404, description: 'AUTHENTICATION_UNKNOWN' })
  @ApiResponse({ status: 409, description: 'ALREADY_DECIDED' })
  async cancel(@CurrentGateway() gateway: Gateway, @Param('id') id: string): Promise<AuthenticationAnswer> {
    const key = keyOf(gateway, id);
    const cancelled = await whileContended(() =>
      this.database.transaction(async (tx) => {
        const unit = await this.units.begin(tx, [key]);
        const result = unit.run(key, { type: 'Cancel', nowMs: unit.nowMs(key) });
        await unit.save();
        return result.ok || result.error;
      }),
    );
    if (cancelled === 'REQUEST_UNKNOWN') throw unknown();
    if (cancelled !== true) throw ended();
    return this.view(await this.known(key));
  }

  private async known(key: string): Promise<AuthenticationRecord> {
    const record = await readAuthentication(this.database, key);
    if (record === null) throw unknown();
    return record;
  }

  private view(record: AuthenticationRecord): AuthenticationAnswer {
    return viewOf(record, this.links.urlOf(record.key));
  }
}

/** The body with an id, checked as a Kafka message would be. */
function readRequest(body: unknown, gateway: Gateway): ScaRequestedV1 {
  const isUnnamed = typeof body === 'object' && body !== null && !Array.isArray(body) && !('authenticationId' in body);
  const request = validateRequest(isUnnamed ? { authenticationId: newAuthenticationId(), ...body } : body);
  if (!request.ok) throw invalidRequest(request.error);
  const { returnUrl } = request.value;
  if (returnUrl !== undefined && !returnUrlAllowed(returnUrl, gateway.returnOrigins)) {
    throw invalidRequest([{ field: 'returnUrl', message: 'must lead to one of the return origins of your gateway; ask the operator to add it' }]);
  }
  return request.value;
}

/** One gateway's ids say nothing to another: what is not yours is not there. */
function keyOf(gateway: Gateway, id: string): string {
  if (!AUTHENTICATION_ID_PATTERN.test(id)) throw unknown();
  noteAuthentication(id);
  return authenticationKey(gateway.id, id);
}

function readWait(text: string | undefined): number {
  if (text === undefined) return 0;
  const seconds = /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  if (!(seconds <= WAIT_SECONDS_MAX)) throw invalidRequest([{ field: 'waitSeconds', message: `must be a whole number from 0 to ${WAIT_SECONDS_MAX}` }]);
  return seconds;
}

const unknown = (): Problem =>
  new Problem({ status: 404, code: 'AUTHENTICATION_UNKNOWN', title: 'No such authentication', detail: 'Your gateway has no authentication with this id.' });
const ended = (): Problem =>
  new Problem({ status: 409, code: 'ALREADY_DECIDED', title: 'The request has ended', detail: 'There is a verdict, or the time of the request is over.' });
const conflict = (code: string, detail: string): Problem => new Problem({ status: 422, code, title: 'The request contradicts an earlier one', detail });
const keyMissing = (): Problem =>
  new Problem({
    status: 400, code: 'IDEMPOTENCY_KEY_MISSING', title: 'No usable Idempotency-Key',
    detail: 'Send a header Idempotency-Key of 1 to 255 visible characters, new for every request and the same when you repeat one.',
  });
