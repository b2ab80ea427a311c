import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { InboundEvent, ScaDecidedV1 } from '@assent/contracts';
import { type Binding, shownHash, tryBindingOf } from '@assent/domain-linking';
import type { ApplyDecision, Refusal } from '@assent/domain-session';
import { type BatchContext, EventPattern } from '@assent/kafka';
import { type Gateway, GatewayRegistry, logFor, metrics } from '@assent/platform';
import type { AuthenticationIdentity } from '../authentication/authentication-record';
import type { AuthenticationUnit } from '../authentication/authentication-unit';
import { whileContendedIn } from '../authentication/contended';
import { UnitServices } from '../authentication/unit-services';
import { blockedPayers, payerKeyText } from '../payers/payer-failures';

const log = logFor('decided');
const refusals = metrics.counter('assent_decisions_refused_total', 'Decisions of the exemption engine that were refused, by code.', ['code']);

/**
 * Version 1 of the contract has no field by which a policy can let a gateway go on after SCA_BEST_EFFORT where nobody could be asked;
 * the interface's default is that it does not.
 */
const POLICY_LETS_PROCEED = false;

interface Decided {
  readonly event: InboundEvent<ScaDecidedV1>;
  readonly gateway: Gateway;
  readonly binding: Binding;
}

/** Takes the exemption engine's decisions: answers at once, or has the payer asked. */
@Controller()
export class DecidedConsumer {
  constructor(
    @Inject(UnitServices) private readonly units: UnitServices,
    @Inject(GatewayRegistry) private readonly gateways: GatewayRegistry,
  ) {}

  @EventPattern('sca.decided')
  async decided(@Payload() batch: InboundEvent<ScaDecidedV1>[], @Ctx() context: BatchContext): Promise<void> {
    const usable = batch.flatMap((event) => this.usable(event, context));
    if (usable.length === 0) return;
    const payers = usable.map(({ event, gateway }) => ({ namespace: gateway.namespace, payerId: event.body.request.payer.id }));
    const refused = await whileContendedIn(context.tx, async () => {
      const [unit, blocked] = await Promise.all([this.units.begin(context.tx, usable.map(({ event }) => event.key)), blockedPayers(context.tx, payers)]);
      const refusedNow = usable.flatMap((decided) => applyTo(unit, decided, blocked));
      await unit.save();
      return refusedNow;
    });
    for (const { decided, refusal } of refused) this.refuse(decided, refusal, context);
  }

  private usable(event: InboundEvent<ScaDecidedV1>, context: BatchContext): Decided[] {
    const gateway = this.gateways.get(event.body.gatewayId);
    if (gateway === null) {
      context.deadLetter(event, 'GATEWAY_UNKNOWN', 'gatewayId: no gateway of the registry has this id; add it to the registry, then redrive.');
      return [];
    }
    const binding = tryBindingOf(event.body.request);
    if (!binding.ok) {
      context.deadLetter(event, 'BODY_INVALID', `request: it cannot be shown and bound (${binding.error}); the request must be refused where it is decided.`);
      return [];
    }
    return [{ event, gateway, binding: binding.value }];
  }

  private refuse({ event }: Decided, refusal: Refusal, context: BatchContext): void {
    const reason =
      refusal === 'REQUEST_CONFLICT'
        ? 'requestHash: this authentication is held with other content; use a new authenticationId for another request.'
        : 'authenticationId: this gateway sends its requests over REST only, and no such request was made here.';
    refusals.inc({ code: refusal });
    log.warn('decision refused', { code: refusal, gatewayId: event.body.gatewayId, authenticationId: event.body.authenticationId, eventId: event.id });
    context.deadLetter(event, 'REQUEST_CONFLICT', reason);
  }
}

function applyTo(unit: AuthenticationUnit, decided: Decided, blocked: ReadonlySet<string>): { decided: Decided; refusal: Refusal }[] {
  const { id, traceparent, key, body } = decided.event;
  const identity = identityOf(decided);
  const command = commandOf(decided, { nowMs: unit.nowMs(key), payerBlocked: blocked.has(payerKeyText(identity)) });
  const result = unit.runOn(identity, command, { exemption: body.exemption, policy: body.policy, causeId: id, traceparent });
  return result.ok ? [] : [{ decided, refusal: result.error }];
}

function identityOf({ event, gateway }: Decided): AuthenticationIdentity {
  const { authenticationId, gatewayId, request } = event.body;
  const { action, payer, payment, description, returnUrl, requestedAt } = request;
  return {
    key: event.key,
    gatewayId,
    authenticationId,
    namespace: gateway.namespace,
    payerId: payer.id,
    request: { action, payer, payment, description, returnUrl },
    requestedAtMs: Date.parse(requestedAt),
  };
}

function commandOf({ event, gateway, binding }: Decided, { nowMs, payerBlocked }: { readonly nowMs: number; readonly payerBlocked: boolean }): ApplyDecision {
  const { decision, requestHash, request } = event.body;
  return {
    type: 'ApplyDecision',
    decision,
    request: { requestHash, shownHash: shownHash(binding), expiresAtMs: Date.parse(request.expiresAt), reviewSeconds: request.reviewSeconds },
    onlyByRest: !gateway.kafka,
    payerBlocked,
    policyLetsProceed: POLICY_LETS_PROCEED,
    nowMs,
  };
}
