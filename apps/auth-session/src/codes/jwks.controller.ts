import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { JWK } from 'jose';
import { KEY_SET_MAX_AGE_SECONDS, KeyRing } from './key-ring';

/** The public keys of the authentication codes, for whoever checks one offline. */
@ApiTags('keys')
@Controller('.well-known')
export class JwksController {
  constructor(@Inject(KeyRing) private readonly keys: KeyRing) {}

  @Get('jwks.json')
  @Header('content-type', 'application/jwk-set+json')
  @Header('cache-control', `public, max-age=${KEY_SET_MAX_AGE_SECONDS}`)
  @ApiOperation({
    summary: 'Public keys of the authentication codes',
    description: 'JSON Web Key Set with the current key, the next one and the previous one. Pin alg EdDSA and typ sca+jwt.',
  })
  published(): Promise<{ keys: readonly JWK[] }> {
    return this.keys.published();
  }
}
