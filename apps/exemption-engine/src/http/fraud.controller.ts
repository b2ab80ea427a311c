import { Body, Controller, Get, Header, HttpCode, HttpStatus, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiConflictResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { article21Report, basisPoints, formatFraction, type Fraction, type FraudRate, type PathFigures, spanOf } from '@assent/domain-exemption';
import { currencyDigits, formatMoney, parseMoney } from '@assent/kernel';
import { ApiKeyGuard, type AuthenticatedGateway, CurrentCaller, CurrentGateway, Gateway, invalidRequest, Problem, RequireScope } from '@assent/platform';
import { Database } from '@assent/postgres';
import { BOOKED_INSTRUMENTS } from '../fraud-books/band-table';
import { Bands } from '../fraud-books/bands';
import { readBook } from '../fraud-books/book-table';
import { Policies } from '../policies/policies';
import type { Shape } from './answers';
import { BandsAnswer, NotificationAnswer, NotificationBody, ReportAnswer } from './fraud-answers';

const shown = (fraction: Fraction | null, scale = 0): string | null => (fraction === null ? null : formatFraction(fraction, scale));

/** What the law has a provider watch and report: fraud rates (Article 19), bands (Article 20), statistics (Article 21). */
@ApiTags('fraud')
@ApiBearerAuth()
@Controller('v1/fraud')
@UseGuards(ApiKeyGuard)
export class FraudController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Policies) private readonly policies: Policies,
    @Inject(Bands) private readonly bands: Bands,
  ) {}

  @Get('reports/:quarter')
  @RequireScope('exemptions:explain')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'The statistics of Article 21 for a quarter',
    description: 'From the outcomes that gateways reported, as they are now. Rates in basis points, exact up to six decimals.',
  })
  @ApiOkResponse({ type: ReportAnswer })
  async report(@Param('quarter') quarter: string, @CurrentGateway() { namespace }: Gateway) {
    if (spanOf(quarter) === null) throw invalidRequest([{ field: 'quarter', message: 'quarter must be written as 2026-Q3.' }]);
    const { profile } = (await this.policies.of(this.database, [namespace]))(namespace);
    const { currency } = profile;
    const { sections, outOfScope, unconverted } = article21Report(quarter, await readBook(this.database, namespace, quarter, profile));
    const figures = ({ path, payments, value, fraudValue, fraudReports, rateBasisPoints, average, share }: PathFigures) => ({
      path,
      payments,
      value: formatMoney({ minor: value, currency }),
      fraudValue: formatMoney({ minor: fraudValue, currency }),
      fraudReports,
      rateBasisPoints: shown(rateBasisPoints),
      average: shown(average, currencyDigits(currency) ?? 0),
      sharePercent: shown(share),
    });
    return {
      quarter,
      currency,
      sections: sections.map(({ instrument, remote, total, paths }) => ({
        instrument: instrument ?? 'unknown',
        remote,
        total: figures(total),
        paths: paths.map(figures),
      })),
      outOfScope: { payments: outOfScope.payments, value: formatMoney({ minor: outOfScope.value, currency }) },
      unconverted,
    };
  }

  @Get('bands')
  @RequireScope('exemptions:explain')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'The bands of risk analysis: state, and distance to each limit',
    description: 'The state follows from closed quarters; the distance is measured on the quarter that runs. `warning` from 80 % of a reference on.',
  })
  @ApiOkResponse({ type: BandsAnswer })
  async list(@CurrentGateway() { namespace }: Gateway) {
    const { rows } = await this.database.query<{ now_ms: number }>('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms');
    const instruments = await this.bands.of(namespace, rows[0]?.now_ms ?? 0);
    return {
      instruments: instruments.map(({ instrument, currency, closed, running, bands }) => {
        const rateOf = ({ quarter, rate }: { quarter: string; rate: FraudRate }) => ({
          quarter,
          fraudValue: formatMoney({ minor: rate.fraudValue, currency }),
          totalValue: formatMoney({ minor: rate.totalValue, currency }),
          rateBasisPoints: shown(basisPoints(rate)),
        });
        return {
          instrument,
          currency,
          closed: closed === null ? null : rateOf(closed),
          running: rateOf(running),
          bands: bands.map((band) => ({
            upTo: formatMoney({ minor: band.threshold, currency }),
            state: band.state,
            referenceBasisPoints: formatFraction(band.reference, 0),
            usedPercent: shown(band.used),
            headroom: signed(band.headroom, currency),
            within: band.within,
            warning: band.warning,
          })),
        };
      }),
    };
  }

  @Post('bands/:instrument/:upTo/notify')
  @HttpCode(HttpStatus.OK)
  @RequireScope('policies:write')
  @ApiOperation({ summary: 'Record that the authority was notified, so that a recovered band is used again (Article 20(4))' })
  @ApiOkResponse({ type: NotificationAnswer })
  @ApiConflictResponse({ description: '`BAND_NOT_RECOVERED`' })
  async notify(
    @Param('instrument') named: string,
    @Param('upTo') upTo: string,
    @Body() { evidence }: NotificationBody,
    @CurrentCaller() { gateway, keyId }: AuthenticatedGateway,
  ) {
    const { namespace } = gateway;
    const { profile } = (await this.policies.of(this.database, [namespace]))(namespace);
    const instrument = BOOKED_INSTRUMENTS.find((known) => known === named);
    const money = parseMoney(upTo, profile.currency);
    const known = instrument !== undefined && money.ok && profile.riskBands[instrument].some(({ threshold }) => threshold === money.value.minor);
    if (!known) throw new Problem({ status: 404, code: 'BAND_UNKNOWN', title: 'No such band', detail: 'Name instrument and limit as GET /v1/fraud/bands does.' });
    const state = await this.bands.notify(instrument, money.value.minor, evidence, { namespace, keyId });
    if (state.ok) return { state: state.value } satisfies Shape<NotificationAnswer>;
    const detail = 'Only a band in the state RECOVERABLE comes back by a notification.';
    throw new Problem({ status: 409, code: state.error, title: 'The band has not recovered', detail });
  }
}

const signed = (minor: bigint, currency: string): string => (minor < 0n ? `-${formatMoney({ minor: -minor, currency })}` : formatMoney({ minor, currency }));
