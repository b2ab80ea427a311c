import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsDefined, IsString, Length, Matches, ValidateIf, ValidateNested } from 'class-validator';
import { PAYEES_MAX } from '@assent/contracts';
import { CODE_LENGTH_MAX } from './code-claims';

const ACCOUNT_MAX = 64;
const NAME_MAX = 140;
const ID_MAX = 128;
/** Null counts as absent, everywhere else a field that is there must fit. */
const Optional = (): PropertyDecorator => ValidateIf((_body: unknown, value: unknown) => value !== undefined && value !== null);

const amountMessage = 'must be a decimal string such as "12.50"';
/** Length only: what is no amount at all cannot equal the approved one, and is refused as AMOUNT_CHANGED. */
const IsAmount = (): PropertyDecorator => Length(1, 32, { message: amountMessage });

/** The payee of the payment that is about to be executed. */
export class PresentedPayeeBody {
  @ApiProperty({
    description: 'IBAN or account number; compared in normal form (blanks and case of an IBAN do not matter).',
    maxLength: ACCOUNT_MAX,
    example: 'ES9121000418450200051332',
  })
  @IsString({ message: 'must be a string' })
  @Length(1, ACCOUNT_MAX, { message: `must have 1 to ${ACCOUNT_MAX} characters` })
  account!: string;

  @ApiPropertyOptional({ description: 'Taken and not compared: names are bound and shown only.', maxLength: NAME_MAX })
  @Optional()
  @IsString({ message: 'must be a string' })
  @Length(0, NAME_MAX, { message: `must have at most ${NAME_MAX} characters` })
  name?: string;

  @ApiPropertyOptional({ description: 'Merchant id; compared where the approved payee has one as well.', maxLength: ID_MAX })
  @Optional()
  @IsString({ message: 'must be a string' })
  @Length(1, ID_MAX, { message: `must have 1 to ${ID_MAX} characters` })
  id?: string;
}

/** One payee of a batch, with its share. */
export class PresentedShareBody extends PresentedPayeeBody {
  @ApiProperty({ description: 'Share of this payee, in the currency of the batch.', example: '12.50' })
  @IsString({ message: amountMessage })
  @IsAmount()
  amount!: string;
}

/**
 * Body of `POST /v1/authentications/{id}/redeem`. Payments need `amount`, `currency` and `payee` (a batch: `payees`);
 * log-ins and actions without money need none of them.
 */
export class RedeemRequest {
  @ApiProperty({ description: 'The code of the verdict: a compact JWS.' })
  @IsDefined({ message: 'is missing: send the authenticationCode of the verdict' })
  @IsString({ message: 'must be a string' })
  @Length(1, CODE_LENGTH_MAX, { message: 'must be the authenticationCode of the verdict' })
  authenticationCode!: string;

  @ApiPropertyOptional({ description: 'Your id of this redemption. The same id with the same content gets the stored answer again.', maxLength: ID_MAX })
  @Optional()
  @IsString({ message: 'must be a string' })
  @Matches(/^[\x21-\x7e]{1,128}$/, { message: 'must have 1 to 128 printable ASCII characters without blanks' })
  redemptionId?: string;

  @ApiPropertyOptional({ description: 'The amount to be executed, a decimal string. Of a blocked card amount a part may be taken.', example: '247.50' })
  @Optional()
  @IsString({ message: amountMessage })
  @IsAmount()
  amount?: string;

  @ApiPropertyOptional({ description: 'ISO 4217 code.', example: 'EUR' })
  @Optional()
  @IsString({ message: 'must be a string' })
  @Length(1, 16, { message: 'must be an ISO 4217 code' })
  currency?: string;

  @ApiPropertyOptional({ type: PresentedPayeeBody })
  @Optional()
  @ValidateNested()
  @Type(() => PresentedPayeeBody)
  payee?: PresentedPayeeBody;

  @ApiPropertyOptional({ type: [PresentedShareBody], description: 'Of a batch: all payees with their shares, in any order.' })
  @Optional()
  @IsArray({ message: 'must be a list' })
  @ArrayMinSize(1, { message: 'must name at least one payee' })
  @ArrayMaxSize(PAYEES_MAX, { message: `must name at most ${PAYEES_MAX} payees` })
  @ValidateNested({ each: true })
  @Type(() => PresentedShareBody)
  payees?: PresentedShareBody[];
}

/** Answer of a redemption. */
export class RedeemAnswer {
  @ApiProperty({ description: 'When the code was redeemed, RFC 3339.', example: '2026-11-24T14:05:11.042Z' })
  redeemedAt!: string;

  @ApiProperty({ enum: ['MATCH', 'WITHIN_BLOCKED_AMOUNT'] })
  reason!: string;
}
