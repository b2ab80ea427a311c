import { Body, Controller, Delete, Headers, HttpCode, Inject, Param, Put, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { toRfc3339 } from '@assent/kernel';
import { ApiKeyGuard, CurrentGateway, type Gateway, Problem, RequireScope, invalidRequest } from '@assent/platform';
import { PORTRAIT_TYPES, declaredTypeOf, imageTypeOf } from './portrait-image';
import { Portraits } from './portraits';
import type { PortraitRefusal } from './replaced-only-with-approval';

/** As in `sca.requested`: 1 to 128 characters, none of them a control character. */
const PAYER_ID = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

const payerUnknown = (): Problem => invalidRequest([{ field: 'id', message: 'must be the payer id of your requests: 1 to 128 characters without control characters' }]);

const typeUnsupported = (): Problem =>
  new Problem({
    status: 415,
    code: 'MEDIA_TYPE_UNSUPPORTED',
    title: 'Not an image that can be matched',
    detail: `Send the image's bytes as one of ${PORTRAIT_TYPES.join(', ')}.`,
  });

const otherImage = (): Problem =>
  new Problem({
    status: 422,
    code: 'PORTRAIT_UNREADABLE',
    title: 'The bytes are not that image',
    detail: 'The body is not a complete image of the declared content type. Send the file unchanged, not as text or base64.',
  });

const CURES: Readonly<Record<PortraitRefusal['code'], { title: string; cure: string }>> = {
  PORTRAIT_EXISTS: {
    title: 'The payer has a portrait',
    cure: 'Have the payer approve the action "portrait_replace", redeem its code, wait for the cooling-off time and send the new portrait again.',
  },
  PORTRAIT_COOLING_OFF: { title: 'The portrait was changed or deleted recently', cure: 'A new portrait is taken after the cooling-off time; send it again then.' },
};

function refused({ code, possibleFromMs }: PortraitRefusal): Problem {
  const { title, cure } = CURES[code];
  return new Problem({ status: 409, code, title, detail: possibleFromMs === null ? cure : `${cure} It ends at ${toRfc3339(possibleFromMs)}.` });
}

/** The face that a payer's live face is compared with, given by the gateway. */
@ApiTags('payers')
@ApiBearerAuth()
@ApiParam({ name: 'id', description: 'The payer id of your requests.' })
@Controller('v1/payers')
@UseGuards(ApiKeyGuard)
export class PortraitsController {
  constructor(@Inject(Portraits) private readonly portraits: Portraits) {}

  @Put(':id/portrait')
  @HttpCode(204)
  @RequireScope('portrait:write')
  @ApiOperation({
    summary: 'Store a payer’s portrait',
    description:
      'Only where the payer has none. Replacing one takes an approved and redeemed `portrait_replace` and a cooling-off time. ' +
      'Kept encrypted, for a limited time.',
  })
  @ApiConsumes(...PORTRAIT_TYPES)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 204, description: 'Stored.' })
  @ApiResponse({ status: 409, description: 'PORTRAIT_EXISTS, PORTRAIT_COOLING_OFF' })
  @ApiResponse({ status: 413, description: 'More than 1 MB.' })
  @ApiResponse({ status: 415, description: 'No supported image type.' })
  @ApiResponse({ status: 422, description: 'PORTRAIT_UNREADABLE' })
  async store(
    @Param('id') payerId: string,
    @Headers('content-type') contentType: string | undefined,
    @CurrentGateway() gateway: Gateway,
    @Body() image: unknown,
  ): Promise<void> {
    if (!PAYER_ID.test(payerId)) throw payerUnknown();
    const type = declaredTypeOf(contentType);
    if (type === null || !Buffer.isBuffer(image)) throw typeUnsupported();
    if (imageTypeOf(image) !== type) throw otherImage();
    const stored = await this.portraits.store({ namespace: gateway.namespace, payerId, gatewayId: gateway.id, type, image });
    if (!stored.ok) throw refused(stored.error);
  }

  @Delete(':id/portrait')
  @HttpCode(204)
  @RequireScope('portrait:write')
  @ApiOperation({ summary: 'Erase a payer’s portrait', description: 'A new one is taken after a cooling-off time. Erasing what is not there is no error.' })
  @ApiResponse({ status: 204, description: 'Erased, or there was none.' })
  async remove(@Param('id') payerId: string, @CurrentGateway() gateway: Gateway): Promise<void> {
    if (!PAYER_ID.test(payerId)) throw payerUnknown();
    await this.portraits.remove({ namespace: gateway.namespace, payerId });
  }
}
