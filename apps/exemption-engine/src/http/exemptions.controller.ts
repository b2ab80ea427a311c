import { Body, Controller, Get, Header, HttpCode, HttpStatus, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBadRequestResponse, ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { type CounterKind, explain, formatFraction, type FactRefusal, ORDINARY_FACTS, PROFILES, type Spent, spentOf } from '@assent/domain-exemption';
import { currencyDigits, toRfc3339 } from '@assent/kernel';
import { ApiKeyGuard, CurrentGateway, Gateway, invalidRequest, RequireScope } from '@assent/platform';
import { CounterReader, type ReadCounter } from '../storage/counter-reader';
import { type CounterAnswer, CountersAnswer, ExplainAnswer, type Shape } from './answers';

const INSTRUMENT = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

/** Dry runs and a look at the counters: nothing here decides or moves anything. */
@ApiTags('exemptions')
@ApiBearerAuth()
@Controller('v1')
@UseGuards(ApiKeyGuard)
@RequireScope('exemptions:explain')
export class ExemptionsController {
  constructor(@Inject(CounterReader) private readonly counters: CounterReader) {}

  @Post('exemptions/explain')
  @HttpCode(HttpStatus.OK)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Why a payment would be exempt, or why not',
    description:
      'A dry run over facts in the form of the published vectors: whatever is left out is the ordinary case. With `instrumentId` the counters of that ' +
      'instrument are used, as they stand. Answers the decision, every rule with what it saw, and why not.',
  })
  @ApiBody({
    schema: {
      type: 'object',
      additionalProperties: true,
      example: { amount: { value: '30.01', currency: 'EUR' }, consider: ['EX16'] },
      description: `Fields: ${Object.keys(ORDINARY_FACTS).join(', ')}, instrumentId.`,
    },
  })
  @ApiOkResponse({ type: ExplainAnswer })
  @ApiBadRequestResponse({ description: 'A fact cannot be read; `errors` names it.' })
  async explain(@Body() body: unknown, @CurrentGateway() gateway: Gateway) {
    const { instrumentId, ...given } = asObject(body);
    const answer = explain(given, instrumentId === undefined ? {} : await this.spent(gateway.namespace, readInstrument(instrumentId), given['profile']));
    if (!answer.ok) throw invalidRequest(answer.error.map(problemOf));
    return answer.value satisfies Shape<ExplainAnswer>;
  }

  @Get('instruments/:instrumentId/counters')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'The counters of Articles 11 and 16 of an instrument', description: "In the namespace of the key's gateway." })
  @ApiParam({ name: 'instrumentId', description: '`payer.instrumentId` of the requests' })
  @ApiOkResponse({ type: CountersAnswer })
  async read(@Param('instrumentId') instrumentId: string, @CurrentGateway() gateway: Gateway) {
    const counters = await this.counters.of(gateway.namespace, readInstrument(instrumentId));
    return { instrumentId, counters: counters.map(counterAnswer) } satisfies Shape<CountersAnswer>;
  }

  /** Live counters in the currency of the profile that is asked about; clean ones where there are none yet. */
  private async spent(namespace: string, instrumentId: string, profile: unknown): Promise<Partial<Record<CounterKind, Spent>>> {
    const currency = PROFILES.get(typeof profile === 'string' ? profile : 'EU')?.currency;
    const counters = await this.counters.of(namespace, instrumentId);
    return Object.fromEntries(counters.filter((read) => read.currency === currency).map((read) => [read.kind, spentOf(read.counter)]));
  }
}

function asObject(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body };
  throw invalidRequest([{ field: '', message: 'The body must be a JSON object of facts.' }]);
}

function readInstrument(instrumentId: unknown): string {
  if (typeof instrumentId === 'string' && INSTRUMENT.test(instrumentId)) return instrumentId;
  throw invalidRequest([{ field: 'instrumentId', message: 'instrumentId must be a string of 1 to 128 characters without control characters.' }]);
}

const problemOf = ({ field, message }: FactRefusal): FactRefusal => ({ field, message: field === '' ? message : `${field}: ${message}` });

function counterAnswer({ kind, currency, counter: { epoch, committed, held }, updatedAt }: ReadCounter) {
  const decimals = currencyDigits(currency) ?? 0;
  return {
    kind,
    currency,
    epoch,
    committedAmount: formatFraction(committed.amount, decimals),
    committedCount: committed.count,
    heldAmount: formatFraction(held.amount, decimals),
    heldCount: held.count,
    updatedAt: toRfc3339(updatedAt.getTime()),
  } satisfies Shape<CounterAnswer>;
}
