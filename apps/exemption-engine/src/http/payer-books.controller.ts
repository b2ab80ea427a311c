import { Controller, Get, Header, Inject, Param, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { formatMoney, toRfc3339 } from '@assent/kernel';
import { ApiKeyGuard, CurrentGateway, Gateway, invalidRequest, RequireScope } from '@assent/platform';
import { Database } from '@assent/postgres';
import { type ListedPayee, listSeries, listTrusted } from '../payer-books/payer-books';

const PAYER = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

export class TrustedPayeeAnswer {
  @ApiProperty({ description: 'In normal form.' })
  account!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty({ description: 'Whether strong customer authentication made the entry, and still stands. An entry without exempts nothing.' })
  strongAuthentication!: boolean;

  @ApiProperty({ description: '`<gatewayId>:<authenticationId>` of the approval.' })
  approvedBy!: string;

  @ApiProperty({ format: 'date-time' })
  approvedAt!: string;
}

export class SeriesAnswer extends TrustedPayeeAnswer {
  @ApiProperty()
  seriesId!: string;

  @ApiProperty({ example: '9.99' })
  amount!: string;

  @ApiProperty({ example: 'EUR' })
  currency!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The authentication of its first payment; null while that is still to come.' })
  firstPaidBy!: string | null;
}

export class TrustedPayeesAnswer {
  @ApiProperty({ type: [TrustedPayeeAnswer] })
  trustedPayees!: readonly TrustedPayeeAnswer[];
}

export class SeriesListAnswer {
  @ApiProperty({ type: [SeriesAnswer] })
  series!: readonly SeriesAnswer[];
}

/** Trusted payees (Article 13) and series (Article 14) of a payer. To be looked at here; only an approval of the payer changes them. */
@ApiTags('payers')
@ApiBearerAuth()
@Controller('v1/payers/:payerId')
@UseGuards(ApiKeyGuard)
@RequireScope('exemptions:explain')
export class PayerBooksController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get('trusted-payees')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'The trusted beneficiaries of a payer',
    description: 'Made and changed by an approved `trusted_list_create` or `trusted_list_amend`, and by nothing else.',
  })
  @ApiOkResponse({ type: TrustedPayeesAnswer })
  async trustedPayees(@Param('payerId') payerId: string, @CurrentGateway() gateway: Gateway) {
    const listed = await listTrusted(this.database, gateway.namespace, readPayer(payerId));
    return { trustedPayees: listed.map((payee) => ({ account: payee.account, ...entryOf(payee) })) };
  }

  @Get('series')
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'The series of a payer', description: 'Made and changed by an approved `series_create` or `series_amend`, and by nothing else.' })
  @ApiOkResponse({ type: SeriesListAnswer })
  async series(@Param('payerId') payerId: string, @CurrentGateway() gateway: Gateway) {
    const listed = await listSeries(this.database, gateway.namespace, readPayer(payerId));
    return {
      series: listed.map(({ seriesId, amountMinor, currency, firstPaidBy, ...payee }) => ({
        seriesId,
        amount: formatMoney({ minor: amountMinor, currency }),
        currency,
        account: payee.account,
        ...entryOf(payee),
        firstPaidBy,
      })),
    };
  }
}

const entryOf = ({ name, strongAuthentication, approvedBy, approvedAtMs }: ListedPayee) => ({
  name,
  strongAuthentication,
  approvedBy,
  approvedAt: toRfc3339(approvedAtMs),
});

function readPayer(payerId: string): string {
  if (PAYER.test(payerId)) return payerId;
  throw invalidRequest([{ field: 'payerId', message: 'payerId must be a string of 1 to 128 characters without control characters.' }]);
}
