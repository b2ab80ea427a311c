import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { PRESENTED_REFUSALS } from '@assent/domain-linking';
import { AUTHENTICATION_ID_PATTERN, toRfc3339 } from '@assent/kernel';
import { ApiKeyGuard, CurrentGateway, type Gateway, RequireScope, metrics, noteAuthentication } from '@assent/platform';
import { RedeemAnswer, RedeemRequest } from './redeem-request';
import { redeemProblem } from './redeem-problems';
import { Redemption } from './redemption';

const redemptions = metrics.counter('assent_redemptions_total', 'Redemptions of authentication codes by answer.', ['answer']);

/** Where a gateway uses an authentication code, once, just before it executes what was approved. */
@ApiTags('authentications')
@ApiBearerAuth()
@Controller('v1/authentications')
@UseGuards(ApiKeyGuard)
export class RedeemController {
  constructor(@Inject(Redemption) private readonly redemption: Redemption) {}

  @Post(':id/redeem')
  @HttpCode(200)
  @RequireScope('codes:redeem')
  @ApiOperation({
    summary: 'Redeem an authentication code',
    description:
      'Accepted once, for exactly the amount and payee that were approved. ' +
      'Checking a code offline proves that it was issued; only this call proves that it is still good.',
  })
  @ApiParam({ name: 'id', description: 'The authentication id.' })
  @ApiResponse({ status: 200, type: RedeemAnswer })
  @ApiResponse({ status: 409, description: 'CODE_ALREADY_USED, CODE_REVOKED' })
  @ApiResponse({ status: 410, description: 'CODE_EXPIRED' })
  @ApiResponse({ status: 422, description: ['CODE_INVALID', ...PRESENTED_REFUSALS.filter((code) => code !== 'CODE_ALREADY_USED')].join(', ') })
  async redeem(
    @Param('id') authenticationId: string,
    @CurrentGateway() gateway: Gateway,
    @Body() body: RedeemRequest,
  ): Promise<{ redeemedAt: string; reason: string }> {
    if (AUTHENTICATION_ID_PATTERN.test(authenticationId)) noteAuthentication(authenticationId);
    const { authenticationCode, redemptionId = null, ...presented } = body;
    const answer = await this.redemption.redeem({ gatewayId: gateway.id, authenticationId, code: authenticationCode, redemptionId, presented });
    redemptions.inc({ answer: answer.ok ? answer.value.reason : answer.error });
    if (!answer.ok) throw redeemProblem(answer.error);
    return { redeemedAt: toRfc3339(answer.value.redeemedAtMs), reason: answer.value.reason };
  }
}
