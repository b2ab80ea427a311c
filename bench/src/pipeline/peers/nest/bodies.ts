import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsISO8601, IsObject, IsOptional, IsString, Length, Matches, ValidateNested } from 'class-validator';

/** What arrives, validated as Nest's documents do: a class per message and the global ValidationPipe. */
class PayeeBody {
  @IsString() account!: string;
  @IsString() name!: string;
}

class PaymentBody {
  @Matches(/^\d+\.\d{2}$/) amount!: string;
  @Length(3, 3) currency!: string;
  @ValidateNested() @Type(() => PayeeBody) payee!: PayeeBody;
  @IsString() reference!: string;
}

class PayerBody {
  @IsString() id!: string;
  @IsString() instrumentId!: string;
  @IsOptional() @IsString() locale?: string;
}

export class RequestedBody {
  @IsString() authenticationId!: string;
  @IsIn(['payment', 'login']) action!: string;
  @ValidateNested() @Type(() => PayerBody) payer!: PayerBody;
  @ValidateNested() @Type(() => PaymentBody) payment!: PaymentBody;
  @IsOptional() @IsObject() facts?: Record<string, unknown>;
}

class PolicyBody {
  @IsString() id!: string;
  @IsString() version!: string;
}

export class DecidedBody {
  @IsString() authenticationId!: string;
  @IsString() gatewayId!: string;
  @IsIn(['EXEMPT', 'SCA_REQUIRED']) decision!: 'EXEMPT' | 'SCA_REQUIRED';
  @IsOptional() @IsString() exemption!: string | null;
  @IsArray() @IsString({ each: true }) reasons!: string[];
  @ValidateNested() @Type(() => PolicyBody) policy!: PolicyBody;
  @ValidateNested() @Type(() => RequestedBody) request!: RequestedBody;
  @IsISO8601() decidedAt!: string;
}

export class VendorEventBody {
  @IsString() eventId!: string;
  @IsString() webhookType!: string;
  @IsString() vendorSessionId!: string;
  @IsString() status!: string;
  @IsInt() createdAt!: number;
  @IsISO8601() receivedAt!: string;
  @IsString() bodySha256!: string;
  @IsString() verifiedBy!: string;
}

export class ConfirmBody {
  @Length(64, 64) shown!: string;
}

export class WebhookBody {
  @IsString() event_id!: string;
  @IsString() webhook_type!: string;
  @IsInt() timestamp!: number;
  @IsInt() created_at!: number;
  @IsString() application_id!: string;
  @IsIn(['live', 'sandbox']) environment!: string;
  @IsString() session_id!: string;
  @IsString() status!: string;
  @IsString() workflow_id!: string;
  @IsInt() workflow_version!: number;
  @IsString() vendor_data!: string;
  @IsOptional() @IsObject() metadata?: Record<string, unknown>;
  @IsOptional() @IsObject() decision?: Record<string, unknown>;
}
