import { Body, Controller, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { RawWebhook } from '@assent/didit';
import { failpoint, logFor, Problem } from '@assent/platform';
import { isInfrastructureError, QueueFull } from '@assent/postgres';
import { IngestMetrics } from '../ingest-metrics';
import { Receiver, type Reception } from './receiver';
import { isSigned, type Refusal } from './refusals';

/** The vendor tries again after one and after four minutes, whatever is asked; others may listen. */
const RETRY_AFTER_SECONDS = '30';
const DESTINATION = /^[a-z0-9][a-z0-9-]{0,62}$/;
const DEFAULT_DESTINATION = 'didit';
const log = logFor('webhooks');

interface Taken {
  readonly duplicate: boolean;
}

class ReceiptAnswer implements Taken {
  @ApiProperty({ description: 'True: this event was on disk already.' })
  duplicate!: boolean;
}

/** Where the vendor posts webhooks. The answer comes after the disk, and says nothing that a stranger could use. */
@ApiTags('webhooks')
@Controller('webhooks/didit')
export class WebhooksController {
  constructor(
    @Inject(Receiver) private readonly receiver: Receiver,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'One webhook of the vendor',
    description: 'Answered 200 once it is on disk. Signed by X-Signature over the bytes or X-Signature-V2 over the canonical body; X-Signature-Simple alone is refused.',
  })
  @ApiBody({ description: 'The body as Didit signed it, up to 256 KiB.', schema: { type: 'object' } })
  @ApiOkResponse({ type: ReceiptAnswer })
  @ApiResponse({ status: 401, description: 'Not signed by the vendor, or not now. Kept in the quarantine.' })
  @ApiResponse({ status: 403, description: 'Signed, but of another application, workflow or environment.' })
  @ApiResponse({ status: 409, description: 'Signed, but its event id belongs to an event that says something else.' })
  @ApiResponse({ status: 413, description: 'Over 256 KiB.' })
  @ApiResponse({ status: 422, description: 'Signed, but not a webhook of the contract.' })
  @ApiResponse({ status: 503, description: 'It could not be stored: send it again.' })
  receive(@Body() body: unknown, @Headers() headers: RawWebhook['headers']): Promise<Taken> {
    return this.take(body, headers, DEFAULT_DESTINATION);
  }

  @Post(':destination')
  @HttpCode(200)
  @ApiOperation({ summary: 'The same, for one of several destinations' })
  @ApiParam({ name: 'destination', description: 'A name of your choice: lower-case letters, digits and hyphens. Kept with the webhook.' })
  @ApiBody({ description: 'The body as Didit signed it, up to 256 KiB.', schema: { type: 'object' } })
  @ApiOkResponse({ type: ReceiptAnswer })
  receiveAt(@Param('destination') destination: string, @Body() body: unknown, @Headers() headers: RawWebhook['headers']): Promise<Taken> {
    if (!DESTINATION.test(destination)) throw new Problem({ status: 404, code: 'DESTINATION_UNKNOWN', detail: 'A destination has 1 to 63 lower-case letters, digits and hyphens.' });
    return this.take(body, headers, destination);
  }

  private async take(body: unknown, headers: RawWebhook['headers'], destination: string): Promise<Taken> {
    const raw = { body: Buffer.isBuffer(body) ? body : Buffer.alloc(0), headers };
    let reception: Reception;
    failpoint('webhook', 'received');
    try {
      reception = await this.receiver.receive(raw, destination, Date.now());
    } catch (error) {
      throw this.unavailable(error);
    }
    failpoint('webhook', 'before-answer');
    if (reception.kind === 'refused') throw problemOf(reception.reason);
    return { duplicate: reception.kind === 'duplicate' };
  }

  /** Outages become 503, which the vendor answers with another attempt; anything else is a bug and stays one. */
  private unavailable(error: unknown): unknown {
    const full = error instanceof QueueFull;
    if (!full && !isInfrastructureError(error)) return error;
    this.metrics.notStored(full ? 'queue_full' : 'database');
    log.warn('a webhook was not stored', { error });
    return new Problem({ status: 503, code: 'NOT_STORED', detail: 'The webhook could not be stored. Send it again.', headers: { 'retry-after': RETRY_AFTER_SECONDS } });
  }
}

/** Whoever cannot sign learns only that: every such refusal has one answer. */
function problemOf(reason: Refusal): Problem {
  if (!isSigned(reason)) return new Problem({ status: 401, code: 'NOT_VERIFIED', detail: 'The webhook is not signed by the vendor, or not now.' });
  switch (reason) {
    case 'EVENT_ID_REUSED':
      return new Problem({ status: 409, code: reason, detail: 'Another event with this id was received before.' });
    case 'APPLICATION_MISMATCH':
    case 'ENVIRONMENT_MISMATCH':
    case 'WORKFLOW_MISMATCH':
      return new Problem({ status: 403, code: reason, detail: 'The webhook is of another application, workflow or environment.' });
    default:
      return new Problem({ status: 422, code: reason, detail: 'The webhook does not fit the contract.' });
  }
}
