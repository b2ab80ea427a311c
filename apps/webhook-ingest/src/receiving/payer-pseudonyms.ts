import { type Gateway, type GatewayRegistry, type Secret, subjectRef } from '@assent/platform';

const MARK = '\u0000';

interface Template {
  readonly namespace: string;
  readonly before: string;
  readonly after: string;
}

/** From the vendor's `vendor_data` back to the payer's pseudonym. The registry refuses templates that two namespaces could both have written. */
export class PayerPseudonyms {
  private readonly templates: readonly Template[];

  constructor(
    private readonly key: Secret<Buffer> | null,
    gateways: Pick<GatewayRegistry, 'list'>,
  ) {
    this.templates = gateways.list().map(templateOf);
  }

  /** Null where no gateway's payers are written like this, or where the deployment has no key. */
  subjectRefOf(vendorData: string | null): string | null {
    if (vendorData === null || this.key === null) return null;
    for (const { namespace, before, after } of this.templates) {
      const payerId: string = vendorData.slice(before.length, vendorData.length - after.length);
      if (payerId !== '' && vendorData === before + payerId + after) return subjectRef(this.key, namespace, payerId);
    }
    return null;
  }
}

function templateOf(gateway: Gateway): Template {
  const [before = '', after = ''] = gateway.vendorData(MARK).split(MARK);
  return { namespace: gateway.namespace, before, after };
}
