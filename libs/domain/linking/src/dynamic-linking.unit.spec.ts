import fc from 'fast-check';
import { formatMoney } from '@assent/kernel';
import {
  type ApprovalRequest, type BatchBinding, type Binding, type PresentedPayment, authorizationDetails, bindingOf, compareMetadata, isPayment, matchPresented, metadataDifferences,
  shownDocument, shownHash, tryBindingOf, vendorMetadata,
} from './index';

const IBANS = ['ES9121000418450200051332', 'DE89370400440532013000', 'FR1420041010050500013M02606', 'NL91ABNA0417164300'];
const account = fc.oneof(fc.constantFrom(...IBANS), fc.stringMatching(/^[A-Z0-9]{4,12}$/));
const name = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
const currency = fc.constantFrom('EUR', 'JPY', 'BHD', 'SEK');
const minor = fc.bigInt({ min: 1n, max: 10n ** 12n });
const reference = fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: undefined });
const description = fc.string({ minLength: 1, maxLength: 60 });

const payee = fc.record({ account, name, id: fc.option(fc.stringMatching(/^m-[0-9]{1,6}$/), { nil: undefined }) });
const paymentAction = fc.constantFrom('payment', 'series_create', 'series_amend', 'mandate_setup');
const singleRequest = fc
  .record({ action: paymentAction, minor, currency, payee, reference, kind: fc.constantFrom('single', 'card_blocked', undefined), description: fc.option(description, { nil: undefined }) })
  .map((r): ApprovalRequest => ({
    action: r.action,
    description: r.description,
    payment: { amount: formatMoney(r), currency: r.currency, payee: r.payee, reference: r.reference, kind: r.kind },
  }));
const batchRequest = fc
  .record({ currency, reference, shares: fc.array(fc.record({ account, name, minor: fc.bigInt({ min: 1n, max: 10n ** 9n }) }), { minLength: 1, maxLength: 8 }) })
  .map((r): ApprovalRequest => ({
    action: 'payment',
    payment: {
      kind: 'batch',
      currency: r.currency,
      amount: formatMoney({ currency: r.currency, minor: r.shares.reduce((sum, share) => sum + share.minor, 0n) }),
      payees: r.shares.map((share) => ({ account: share.account, name: share.name, amount: formatMoney({ currency: r.currency, minor: share.minor }) })),
      reference: r.reference,
    },
  }));
const actionRequest = fc.oneof(
  fc.record({ action: fc.constantFrom('trusted_list_create', 'trusted_list_amend'), payment: payee.map((p) => ({ payee: p })) }),
  fc.record({ action: fc.constantFrom('login', 'account_access') }),
  fc.record({ action: fc.constantFrom('device_enrolment', 'change_password', 'portrait_replace'), description }),
);
const request: fc.Arbitrary<ApprovalRequest> = fc.oneof(singleRequest, batchRequest, actionRequest);
const binding = request.map(bindingOf);
const paymentBinding = fc.oneof(singleRequest, batchRequest).map(bindingOf).filter(isPayment);
const identity = fc.record({ gatewayId: fc.constantFrom('shop', 'bank'), authenticationId: fc.stringMatching(/^[a-z0-9]{8,12}$/), attempt: fc.integer({ min: 1, max: 9 }) });

/** What an honest gateway presents for a binding. */
function presentedFor(bound: Binding): PresentedPayment {
  if (!isPayment(bound)) return {};
  const { amount, currency: unit } = bound;
  return bound.kind === 'batch' ? { amount, currency: unit, payees: bound.payees } : { amount, currency: unit, payee: bound.payee };
}

const reasonOf = (bound: Binding, presented: PresentedPayment): string => {
  const match = matchPresented(bound, presented, false);
  return match.ok ? match.value : match.error;
};
const oneMore = (amount: string): string => {
  const decimals = amount.includes('.') ? amount.length - amount.indexOf('.') - 1 : 0;
  const digits = (BigInt(amount.replace('.', '')) + 1n).toString().padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};

describe('redeem: what is presented must be what was approved', () => {
  test('given any binding, when exactly it is presented, then it matches, once', () => {
    fc.assert(fc.property(binding, (bound) => {
      expect(reasonOf(bound, presentedFor(bound))).toBe('MATCH');
      expect(matchPresented(bound, presentedFor(bound), true)).toEqual({ ok: false, error: 'CODE_ALREADY_USED' });
    }));
  });

  test('given any payment, when one unit more is presented, then it never matches', () => {
    fc.assert(fc.property(paymentBinding, (bound) => {
      expect(reasonOf(bound, { ...presentedFor(bound), amount: oneMore(bound.amount) })).toBe(bound.kind === 'card_blocked' ? 'OVER_BLOCKED_AMOUNT' : 'AMOUNT_CHANGED');
    }));
  });

  test('given any payment, when another currency is presented, then it never matches', () => {
    fc.assert(fc.property(paymentBinding, fc.constantFrom('USD', 'eur', 'EUR ', 'XXX', ''), (bound, other) => {
      expect(reasonOf(bound, { ...presentedFor(bound), currency: other })).toBe('CURRENCY_CHANGED');
    }));
  });

  test('given a payment to one payee, when any other account is presented, then it never matches', () => {
    fc.assert(fc.property(paymentBinding, account, (bound, other) => {
      fc.pre(bound.kind !== 'batch' && bound.payee.account !== other);
      expect(reasonOf(bound, { ...presentedFor(bound), payee: { account: other } })).toBe('PAYEE_CHANGED');
    }));
  });

  test('given a batch, when a payee is dropped, doubled, exchanged or paid another share, then it never matches', () => {
    fc.assert(fc.property(batchRequest.map(bindingOf), fc.nat(), account, (bound, at, other) => {
      const { payees, amount, currency: unit } = bound as BatchBinding;
      const index = at % payees.length;
      const chosen = payees[index]!;
      const changed = (shares: BatchBinding['payees']): string => reasonOf(bound, { amount, currency: unit, payees: shares });
      expect(changed(payees.filter((_, i) => i !== index))).toBe('PAYEE_CHANGED');
      expect(changed([...payees, chosen])).toBe('PAYEE_CHANGED');
      expect(changed(payees.with(index, { ...chosen, amount: oneMore(chosen.amount) }))).toBe('AMOUNT_CHANGED');
      if (other !== chosen.account) expect(changed(payees.with(index, { ...chosen, account: other }))).toBe('PAYEE_CHANGED');
    }));
  });

  test('given a batch, when its payees come in another order, then it matches', () => {
    fc.assert(fc.property(batchRequest.map(bindingOf), (bound) => {
      const { payees, amount, currency: unit } = bound as BatchBinding;
      expect(reasonOf(bound, { amount, currency: unit, payees: [...payees].reverse() })).toBe('MATCH');
    }));
  });

  test('given two payees whose shares are exchanged, total kept, then it does not match', () => {
    const [one, two] = [{ account: 'A-1', name: 'One', amount: '10.00' }, { account: 'B-2', name: 'Two', amount: '20.00' }];
    const bound: Binding = { kind: 'batch', action: 'payment', reference: null, description: null, amount: '30.00', currency: 'EUR', payees: [one, two] };
    expect(reasonOf(bound, { amount: '30.00', currency: 'EUR', payees: [{ ...one, amount: '20.00' }, { ...two, amount: '10.00' }] })).toBe('AMOUNT_CHANGED');
  });

  const paid: Binding = { kind: 'single', action: 'payment', reference: null, description: null, amount: '100.00', currency: 'EUR', payee: { account: IBANS[0]!, name: 'Shop', id: 'm-1' } };

  test.each(['100', '100.0', '100.00', '100.000'])('the amount %p is the same decimal', (amount) => {
    expect(reasonOf(paid, { amount, currency: 'EUR', payee: { account: IBANS[0]! } })).toBe('MATCH');
  });

  test.each(['', '100,00', '1e2', '+100.00', ' 100.00', '100.', '.100', '100.001', '0x64', '-100.00', '١٠٠', '0'.repeat(100_000), `100.${'0'.repeat(100_000)}`])(
    'the amount %.20p is none, or another one', (amount) => {
      expect(reasonOf(paid, { amount, currency: 'EUR', payee: { account: IBANS[0]! } })).toBe('AMOUNT_CHANGED');
    },
  );

  test.each(['ES91 2100 0418 4502 0005 1332', 'es9121000418450200051332', ' ES9121000418450200051332 ', 'ES91-2100-0418-4502-0005-1332'])('the account %p is the same IBAN', (written) => {
    expect(reasonOf(paid, { amount: '100.00', currency: 'EUR', payee: { account: written } })).toBe('MATCH');
  });

  test('a merchant id is compared where both sides name one', () => {
    expect(reasonOf(paid, { amount: '100.00', currency: 'EUR', payee: { account: IBANS[0]!, id: 'm-2' } })).toBe('PAYEE_CHANGED');
  });

  test.each([{ amount: '100.00', currency: 'EUR' }, { currency: 'EUR', payee: { account: IBANS[0]! } }, { amount: '100.00', payee: { account: IBANS[0]! } }, {}])(
    'a payment presented without one of its fields is refused: %j', (presented) => {
      expect(reasonOf(paid, presented)).toBe('PAYMENT_FIELDS_REQUIRED');
    },
  );

  test('a payee beside a list of payees is refused', () => {
    expect(reasonOf(paid, { amount: '100.00', currency: 'EUR', payee: { account: IBANS[0]! }, payees: [] })).toBe('PAYEE_CHANGED');
  });

  test.each([{ amount: '1.00' }, { currency: 'EUR' }, { payee: { account: IBANS[0]! } }, { payees: [] }])('a log-in presented with %j is refused', (presented) => {
    expect(reasonOf(bindingOf({ action: 'login' }), presented)).toBe('PAYMENT_FIELDS_UNEXPECTED');
  });

  test('a trusted payee may be presented and must then be the approved one', () => {
    const trusted = bindingOf({ action: 'trusted_list_create', payment: { payee: { account: IBANS[0]!, name: 'Aunt' } } });
    expect([reasonOf(trusted, { payee: { account: IBANS[0]! } }), reasonOf(trusted, { payee: { account: IBANS[1]! } })]).toEqual(['MATCH', 'PAYEE_CHANGED']);
  });
});

describe('the vendor’s metadata must come back as it was sent', () => {
  test('given any binding, when it is echoed through JSON, then it matches', () => {
    fc.assert(fc.property(binding, identity, (bound, of) => {
      const sent = vendorMetadata(bound, of);
      expect(compareMetadata(sent, JSON.parse(JSON.stringify(sent)))).toEqual({ ok: true, value: 'MATCH' });
      expect(Object.entries(sent).filter(([field, value]) => typeof value !== 'string' || /^\d+$/.test(field))).toEqual([]);
    }));
  });

  test('given any binding, when any one field is changed, dropped or another type, then it never matches, and only identity fields make it a foreign session', () => {
    const other = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constantFrom(null, undefined, {}, []));
    fc.assert(fc.property(binding, identity, fc.nat(), other, (bound, of, at, value) => {
      const sent = vendorMetadata(bound, of);
      const field = Object.keys(sent)[at % Object.keys(sent).length]!;
      fc.pre(value !== sent[field]);
      const refusal = { ok: false, error: ['gateway_id', 'authentication_id', 'attempt'].includes(field) ? 'FOREIGN_SESSION' : 'DYNAMIC_LINKING_VIOLATION' };
      expect(compareMetadata(sent, { ...sent, [field]: value })).toEqual(refusal);
      const rest = Object.fromEntries(Object.entries(sent).filter(([key]) => key !== field));
      expect(compareMetadata(sent, rest)).toEqual(refusal);
      expect(metadataDifferences(sent, rest)).toEqual([field]);
    }));
  });

  test('given two different requests, then the metadata of one never passes for the other’s', () => {
    fc.assert(fc.property(binding, binding, identity, (one, two, of) => {
      fc.pre(shownHash(one) !== shownHash(two));
      expect(compareMetadata(vendorMetadata(one, of), vendorMetadata(two, of)).ok).toBe(false);
    }));
  });

  const paid = bindingOf({ action: 'payment', payment: { amount: '247.50', currency: 'EUR', payee: { account: IBANS[0]!, name: 'Shop' } } });
  const sent = vendorMetadata(paid, { gatewayId: 'shop', authenticationId: 'auth-0001', attempt: 1 });

  test('a number that prints like the amount is not the amount', () => {
    expect(compareMetadata(sent, { ...sent, amount: 247.5 })).toEqual({ ok: false, error: 'DYNAMIC_LINKING_VIOLATION' });
  });

  test.each([['a key too many', { ...sent, tip: '1.00' }], ['a symbol too many', { ...sent, [Symbol('x')]: '1' }], ['null', null], ['a list', []], ['JSON text', JSON.stringify(sent)], ['nothing', undefined],
    ['fields that are only inherited', Object.create(sent) as unknown], ['a changed amount of a foreign session', { ...sent, amount: '1.00', authentication_id: 'auth-0002' }]])(
    '%s is a violation', (_what, received) => {
      expect(compareMetadata(sent, received)).toEqual({ ok: false, error: 'DYNAMIC_LINKING_VIOLATION' });
    },
  );

  test('the name of a key too many is not repeated', () => {
    expect(metadataDifferences(sent, { ...sent, 'ES9121000418450200051332': 'x' })).toEqual(['unexpected_field']);
  });

  test('another attempt is a foreign session', () => {
    expect(compareMetadata(sent, { ...sent, attempt: '2' })).toEqual({ ok: false, error: 'FOREIGN_SESSION' });
  });
});

describe('what is shown is what is bound', () => {
  test('given two requests that differ in anything bound, then their hashes differ', () => {
    fc.assert(fc.property(binding, binding, (one, two) => {
      expect(shownHash(one) === shownHash(two)).toBe(JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(two).sort()));
    }));
  });

  test('a stored binding hashes like the one it was stored from', () => {
    fc.assert(fc.property(binding, (bound) => {
      expect(shownHash(JSON.parse(JSON.stringify(bound)) as Binding)).toBe(shownHash(bound));
    }));
  });

  test('the document of a payment is this one, for ever', () => {
    const payment = { amount: '247.50', currency: 'EUR', payee: { account: 'ES91 2100 0418 4502 0005 1332', name: 'Librería Ñandú' }, reference: 'order-7' };
    const bound = bindingOf({ action: 'payment', payment });
    expect(shownDocument(bound)).toEqual({
      v: '1', action: 'payment', kind: 'single', amount: '247.50', currency: 'EUR',
      payee: { account: 'ES9121000418450200051332', name: 'Librería Ñandú', id: null }, reference: 'order-7', description: null,
    });
    expect(shownHash(bound)).toBe('111d8850557dcc73edc41706bcc8f5251a564e56499a09b73d2fe85ddc57fc24');
  });
});

describe('a request that cannot be bound is refused', () => {
  const payment = { amount: '10.00', currency: 'EUR', payee: { account: 'A-100', name: 'A' } };
  const shares = [{ account: 'A-100', name: 'A', amount: '4.00' }, { account: 'B-200', name: 'B', amount: '6.00' }];
  test.each<[ApprovalRequest, string]>([
    [{ action: 'payment' }, 'PAYMENT_MISSING'],
    [{ action: 'payment', payment: { ...payment, amount: '10.0' } }, 'AMOUNT_INVALID'],
    [{ action: 'payment', payment: { ...payment, currency: 'EURO' } }, 'AMOUNT_INVALID'],
    [{ action: 'payment', payment: { ...payment, payee: null } }, 'PAYEE_MISSING'],
    [{ action: 'payment', payment: { ...payment, payees: shares } }, 'PAYEES_INVALID'],
    [{ action: 'payment', payment: { ...payment, kind: 'instalments' } }, 'KIND_UNKNOWN'],
    [{ action: 'payment', payment: { ...payment, kind: 'batch' } }, 'PAYEES_INVALID'],
    [{ action: 'payment', payment: { ...payment, kind: 'batch', payees: shares } }, 'PAYEES_INVALID'],
    [{ action: 'payment', payment: { amount: '10.01', currency: 'EUR', kind: 'batch', payees: shares } }, 'TOTAL_DIFFERS'],
    [{ action: 'payment', payment: { amount: '10.00', currency: 'EUR', kind: 'batch', payees: [] } }, 'PAYEES_INVALID'],
    [{ action: 'login', payment }, 'PAYMENT_UNEXPECTED'],
    [{ action: 'trusted_list_create' }, 'PAYEE_MISSING'],
    [{ action: 'trusted_list_amend', payment }, 'PAYMENT_UNEXPECTED'],
    [{ action: 'change_password' }, 'DESCRIPTION_MISSING'],
    [{ action: 'change_password', description: '' }, 'DESCRIPTION_MISSING'],
    [{ action: 'launch_rocket', description: 'x' }, 'ACTION_UNKNOWN'],
  ])('%j', (asked, refusal) => {
    expect(tryBindingOf(asked)).toEqual({ ok: false, error: refusal });
    expect(() => bindingOf(asked)).toThrow(refusal);
  });
});

describe('what the code authorises', () => {
  test('a payment to an IBAN and to another account', () => {
    const to = (written: string): unknown =>
      authorizationDetails(bindingOf({ action: 'payment', payment: { amount: '10.00', currency: 'EUR', payee: { account: written, name: 'A' }, reference: 'r' } }));
    const rest = { type: 'payment_initiation', kind: 'single', instructedAmount: { currency: 'EUR', amount: '10.00' }, creditorName: 'A', reference: 'r' };
    expect(to(IBANS[0]!)).toEqual([{ ...rest, creditorAccount: { iban: IBANS[0] } }]);
    expect(to('ACC-7')).toEqual([{ ...rest, creditorAccount: { other: 'ACC-7' } }]);
  });

  test('all payees of a batch', () => {
    fc.assert(fc.property(batchRequest.map(bindingOf), (bound) => {
      expect(authorizationDetails(bound)[0]?.payees).toHaveLength((bound as BatchBinding).payees.length);
    }));
  });

  test('a risky action by its type and its words', () => {
    const raise = { action: 'raise_limit', description: 'Raise the daily limit to 5,000 EUR' };
    expect(authorizationDetails(bindingOf(raise))).toEqual([{ type: 'raise_limit', description: raise.description }]);
  });
});
