import { Body, Controller, Get, Header, HttpCode, HttpStatus, Inject, Param, ParseIntPipe, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConflictResponse, ApiCreatedResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { explain, policyJsonSchema } from '@assent/domain-exemption';
import { ApiKeyGuard, type AuthenticatedGateway, CurrentCaller, CurrentGateway, Gateway, invalidRequest, Problem, RequireScope } from '@assent/platform';
import { Database } from '@assent/postgres';
import { Policies } from '../policies/policies';
import { type Author, PolicyBook, type PolicyRefusal } from '../policies/policy-book';
import { ExplainAnswer } from './answers';
import { PolicyChangeAnswer, PolicyChangeBody, PolicyRollbackBody, PolicyVersionsAnswer } from './policy-answers';

const authorOf = ({ gateway, keyId }: AuthenticatedGateway): Author => ({ namespace: gateway.namespace, keyId });
const STATUS: Readonly<Record<PolicyRefusal['code'], number>> = { POLICY_INVALID: 400, POLICY_UNKNOWN: 404, POLICY_NEVER_PUBLISHED: 409, POLICY_CURRENT: 409 };
const refused = ({ code, detail }: PolicyRefusal): Problem =>
  new Problem({ status: STATUS[code], code, title: 'The policy was not changed', detail: detail.slice(0, 2000) });

/** Policies as versioned data: draft, try, publish, roll back. What is published holds for the next request, with nothing to restart. */
@ApiTags('policies')
@ApiBearerAuth()
@Controller('v1/policies')
@UseGuards(ApiKeyGuard)
export class PoliciesController {
  constructor(
    @Inject(PolicyBook) private readonly book: PolicyBook,
    @Inject(Policies) private readonly policies: Policies,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Get()
  @RequireScope('policies:read')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'All versions, the newest first, and which one holds' })
  @ApiOkResponse({ type: PolicyVersionsAnswer })
  async list(@CurrentGateway() gateway: Gateway) {
    return { versions: await this.book.versions(gateway.namespace) };
  }

  @Get('schema')
  @RequireScope('policies:read')
  @ApiOperation({ summary: 'The form of a policy file, as a JSON Schema' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  schema() {
    return policyJsonSchema();
  }

  @Get(':version')
  @RequireScope('policies:read')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'The file of a version' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  @ApiNotFoundResponse({ description: '`POLICY_UNKNOWN`. Version 1 comes with the engine and has no file here.' })
  async read(@Param('version', ParseIntPipe) version: number, @CurrentGateway() gateway: Gateway) {
    const file = await this.book.file(gateway.namespace, version);
    if (file === null) throw refused({ code: 'POLICY_UNKNOWN', detail: `There is no file of version ${version}.` });
    return file;
  }

  @Post()
  @RequireScope('policies:write')
  @ApiOperation({
    summary: 'Keep a policy file as a draft',
    description: 'It gets the next version, whatever `version` it has. Nothing holds by it until it is published.',
  })
  @ApiBody({ schema: { type: 'object', additionalProperties: true } })
  @ApiCreatedResponse({ type: PolicyChangeAnswer })
  async draft(@Body() body: unknown, @CurrentCaller() caller: AuthenticatedGateway) {
    return changed(await this.book.draft(versioned(body), authorOf(caller)));
  }

  @Post('rollback')
  @HttpCode(HttpStatus.OK)
  @RequireScope('policies:write')
  @ApiOperation({ summary: 'Make an earlier version hold again', description: 'The one that held before, or `toVersion`.' })
  @ApiOkResponse({ type: PolicyChangeAnswer })
  @ApiConflictResponse({ description: '`POLICY_NEVER_PUBLISHED`, `POLICY_CURRENT`' })
  async rollBack(@Body() body: PolicyRollbackBody, @CurrentCaller() caller: AuthenticatedGateway) {
    return changed(await this.book.rollBack(body.toVersion ?? null, body.reason, authorOf(caller)));
  }

  @Post(':version/publish')
  @HttpCode(HttpStatus.OK)
  @RequireScope('policies:write')
  @ApiOperation({ summary: 'Make a version hold from the next request on' })
  @ApiOkResponse({ type: PolicyChangeAnswer })
  @ApiConflictResponse({ description: '`POLICY_CURRENT`' })
  async publish(@Param('version', ParseIntPipe) version: number, @Body() body: PolicyChangeBody, @CurrentCaller() caller: AuthenticatedGateway) {
    return changed(await this.book.publish(version, body.reason, authorOf(caller)));
  }

  @Post(':version/explain')
  @HttpCode(HttpStatus.OK)
  @RequireScope('policies:read')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'A dry run under a version, draft or not',
    description: 'Facts as in `/v1/exemptions/explain`; profile, switches and rules are those of the version.',
  })
  @ApiBody({ schema: { type: 'object', additionalProperties: true } })
  @ApiOkResponse({ type: ExplainAnswer })
  async dryRun(@Param('version', ParseIntPipe) version: number, @Body() body: unknown, @CurrentGateway() gateway: Gateway) {
    const policy = await this.policies.version(this.database, gateway.namespace, version);
    if (policy === null) throw refused({ code: 'POLICY_UNKNOWN', detail: `There is no version ${version}.` });
    const answer = explain(body, {}, policy);
    if (!answer.ok) throw invalidRequest(answer.error.map(({ field, message }) => ({ field, message: field === '' ? message : `${field}: ${message}` })));
    return answer.value;
  }
}

/** The service gives the version; a file that has one, or none, is the same draft. */
const versioned = (body: unknown): unknown => (typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, version: 0 } : body);

function changed<T>(result: { ok: true; value: T } | { ok: false; error: PolicyRefusal }): T {
  if (result.ok) return result.value;
  throw refused(result.error);
}
