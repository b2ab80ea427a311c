import { type CanActivate, createParamDecorator, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '../http/problem';
import type { AuthenticatedGateway, Gateway, Scope } from './gateway';
import { GatewayRegistry } from './gateway-registry';

const SCOPE = 'assent:scope';
const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;
const callers = new WeakMap<object, AuthenticatedGateway>();

/** The scope that a key needs for this handler, or for all handlers of this controller. */
export const RequireScope = (scope: Scope) => SetMetadata(SCOPE, scope);

/** Lets only known API keys with the right scope through. Whether an object belongs to the caller is the service's own check. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(GatewayRegistry) private readonly gateways: GatewayRegistry,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(SCOPE, [context.getHandler(), context.getClass()]);
    if (scope === undefined) throw new Error('invariant broken: a guarded handler says which scope it needs');
    const request = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    const presented = BEARER.exec(request.headers.authorization ?? '')?.[1];
    const caller = presented === undefined ? null : this.gateways.byApiKey(presented);
    if (caller === null) throw unauthenticated();
    if (!caller.scopes.has(scope)) throw scopeMissing(scope);
    callers.set(request, caller);
    return true;
  }
}

/** The gateway whose key was presented. Only behind `ApiKeyGuard`. */
export const CurrentGateway = createParamDecorator((_: unknown, context: ExecutionContext): Gateway => callerOf(context).gateway);

/** The gateway with the id and the scopes of its key. Only behind `ApiKeyGuard`. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): AuthenticatedGateway => callerOf(context));

function callerOf(context: ExecutionContext): AuthenticatedGateway {
  const caller = callers.get(context.switchToHttp().getRequest<object>());
  if (caller === undefined) throw new Error('invariant broken: CurrentGateway stands only behind ApiKeyGuard');
  return caller;
}

/** One answer whether the key is missing, malformed or unknown. */
const unauthenticated = (): Problem =>
  new Problem({
    status: 401,
    code: 'UNAUTHENTICATED',
    title: 'No valid API key',
    detail: 'Send the API key of your gateway as "Authorization: Bearer <key>".',
    headers: { 'www-authenticate': 'Bearer realm="assent"' },
  });

const scopeMissing = (scope: Scope): Problem =>
  new Problem({ status: 403, code: 'SCOPE_MISSING', title: 'The API key may not do this', detail: `This call needs a key with the scope ${scope}.` });
