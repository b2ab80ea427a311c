import fc from 'fast-check';
import { formatMoney } from '@assent/kernel';
import { ACTIONS } from '../events/actions';
import { EVENT_EXAMPLES } from '../examples/event-examples';
import type { FieldError } from './field-error';
import { returnUrlAllowed } from './return-url-is-safe';
import { requestHash, validateRequest } from './validate-request';

const EXAMPLE = EVENT_EXAMPLES['sca.requested.v1'];
const PAYMENT = EXAMPLE.payment!;
const LOGIN = { authenticationId: 'auth-0001', action: 'login', payer: { id: 'user-42' } };

/** The example with the field at a dotted path set; undefined removes it. */
function having(path: string, value: unknown, base: object = EXAMPLE): unknown {
  const [first = '', ...rest] = path.split('.');
  const copy: Record<string, unknown> = { ...base };
  copy[first] = rest.length > 0 ? having(rest.join('.'), value, copy[first] ?? {}) : value;
  return Object.fromEntries(Object.entries(copy).filter(([, content]) => content !== undefined));
}

function errorsOf(body: unknown): FieldError[] {
  const result = validateRequest(body);
  return result.ok ? [] : result.error;
}
const fieldsOf = (body: unknown): string[] => errorsOf(body).map(({ field }) => field);

describe('a valid request', () => {
  it('is the example, as it came', () => {
    expect(validateRequest(EXAMPLE)).toEqual({ ok: true, value: EXAMPLE });
  });

  it.each([
    ['a log-in', LOGIN],
    ['account access', { ...LOGIN, action: 'account_access', facts: { access: { via: 'aisp', items: ['balance'], daysSinceSca: 180 } } }],
    ['a trusted payee', { ...LOGIN, action: 'trusted_list_create', payment: { payee: PAYMENT.payee } }],
    ['a risky action in words', { ...LOGIN, action: 'raise_limit', description: 'Raise your daily limit to EUR 5,000' }],
    ['a mandate without amount yet', { ...LOGIN, action: 'mandate_setup', payment: { ...PAYMENT, amount: '0.00' } }],
    ['an account of another scheme', having('payment.payee', { account: 'ada@bank', name: 'Ada' })],
    ['yen', having('payment', { ...PAYMENT, amount: '1200', currency: 'JPY' })],
    ['dinars', having('payment', { ...PAYMENT, amount: '12.300', currency: 'BHD' })],
    ['a payee in Arabic', having('payment.payee', { account: 'AE070331234567890123456', name: 'متجر \u200f2026' })],
    ['rules to try', having('exemptions', ['EX13', 'EX16'])],
    ['a retry', having('retryOf', { authenticationId: 'auth-0000', softDeclineCode: '1A' })],
    ['a risk flag that could not be assessed', having('facts.risk', { flags: { malware: null } })],
    ['no exchange rate', having('facts.fx', null)],
    ['a return to this machine', having('returnUrl', 'http://127.0.0.1:8080/back')],
    ['a return to this machine by IPv6', having('returnUrl', 'http://[::1]:8080/back')],
  ])('may be %s', (_, body) => {
    expect(errorsOf(body)).toEqual([]);
  });
});

describe('unknown fields', () => {
  it.each([
    ['amount', ['amount']],
    ['payer.name', ['payer.name']],
    ['payment.payee.iban', ['payment.payee.iban']],
    ['facts.motto', ['facts.motto']],
    ['facts.risk.flags.malwareFound', ['facts.risk.flags.malwareFound']],
    ['retryOf', ['retryOf.authenticationId', 'retryOf.softDeclineCode']],
  ])('are refused where they stand: %s', (path, fields) => {
    expect(fieldsOf(having(path, path === 'retryOf' ? {} : 'x'))).toEqual(fields);
  });

  it('are refused in a batch too', () => {
    const { amount, currency } = PAYMENT;
    const payment = { amount, currency, kind: 'batch', payees: [{ account: 'a1', name: 'A', amount: '247.50', iban: 'x' }] };
    expect(fieldsOf(having('payment', payment))).toEqual(['payment.payees[0].iban']);
  });

  it('come with the field that was meant', () => {
    expect(errorsOf(having('payment.amuont', '1.00'))[0]?.message).toBe('payment.amuont is no field of the contract: did you mean payment.amount.');
    expect(errorsOf(having('facts.payer_psp', 'EEA'))[0]?.message).toContain('did you mean facts.payerPsp');
  });

  it.each(['counters', 'payeeList', 'tra', 'config', 'profile', 'localThresholds', 'consider'])("facts that are the engine's own are refused and said to be: %s", (name) => {
    expect(errorsOf(having(`facts.${name}`, {}))[0]).toEqual({ field: `facts.${name}`, message: `facts.${name} is the engine's own and is not taken from a gateway: leave it out.` });
  });

  it.each(['isSeries', 'first', 'amended', 'sameAmount', 'samePayee', 'firstHadSca'])('so is the state of a series: %s', (name) => {
    expect(errorsOf(having('facts.series', { id: 's1', [name]: true }))[0]?.message).toContain("the engine's own");
  });

  it('a gateway cannot name another gateway', () => {
    expect(fieldsOf(having('gatewayId', 'other'))).toEqual(['gatewayId']);
  });

  it.each(['ES9121000418450200051332', 'Ada Lovelace', 'user@example.com', '4111111111111111', 'x'.repeat(200)])('a key that may be content is not repeated: %s', (key) => {
    const [error] = errorsOf(having('payer', { ...EXAMPLE.payer, [key]: 1 }));
    expect(error).toEqual({ field: 'payer', message: 'payer has a field that the contract does not know: remove it.' });
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('names of the language are fields like any other: %s', (name) => {
    const body = JSON.parse(JSON.stringify(LOGIN).replace('{', `{"${name}":{"authenticationId":"auth-0002"},`)) as unknown;
    expect(errorsOf(body)).toHaveLength(1);
    const nested = JSON.parse(JSON.stringify(LOGIN).replace('"payer":{', `"payer":{"${name}":{"id":"other"},`)) as unknown;
    expect(errorsOf(nested)).toHaveLength(1);
    expect(({} as Record<string, unknown>)['authenticationId']).toBeUndefined();
  });

  it('what the prototype has is not in the body', () => {
    const body = Object.create({ authenticationId: 'auth-0001', action: 'login' }) as Record<string, unknown>;
    body['payer'] = { id: 'user-42' };
    expect(fieldsOf(body)).toEqual(['authenticationId', 'action']);
  });
});

describe('money', () => {
  it('as a number is refused with the cure', () => {
    expect(errorsOf(having('payment.amount', 247.5))).toEqual([
      { field: 'payment.amount', message: 'payment.amount is a JSON number: send it as a decimal string in the currency\'s own number of decimals, for example "247.50".' },
    ]);
  });

  it.each([
    ['247.5', 'EUR'],
    ['247', 'EUR'],
    ['247.500', 'EUR'],
    ['1200.00', 'JPY'],
    ['12.30', 'BHD'],
  ])('has exactly the decimals of its currency: %s %s', (amount, currency) => {
    const [error] = errorsOf(having('payment', { ...PAYMENT, amount, currency }));
    expect(error?.field).toBe('payment.amount');
    expect(error?.message).toMatch(/must have (exactly \d|no) decimals/);
  });

  it.each(['-1.00', '1e2', '1,00', ' 1.00', '+1.00', '01.00', '', '9999999999999999.00', '1.00\n', '１.00'])('is no other text: %j', (amount) => {
    expect(fieldsOf(having('payment.amount', amount))).toEqual(['payment.amount']);
  });

  it('is more than zero', () => {
    expect(errorsOf(having('payment.amount', '0.00'))).toEqual([{ field: 'payment.amount', message: 'payment.amount must be more than zero.' }]);
  });

  it.each(['eur', 'XAU', 'XXX', 'ABC', 'EURO', ''])('is of a payment currency: %j', (currency) => {
    expect(fieldsOf(having('payment.currency', currency))).toEqual(['payment.currency']);
  });
});

describe('payment and action', () => {
  it.each(ACTIONS.filter((action) => !['payment', 'series_create', 'series_amend', 'mandate_setup', 'trusted_list_create', 'trusted_list_amend'].includes(action)))('%s has no payment', (action) => {
    expect(fieldsOf({ ...LOGIN, action, description: 'words', payment: PAYMENT })).toEqual(['payment']);
  });

  it.each(['payment', 'series_create', 'series_amend', 'mandate_setup'])('%s needs amount, currency and payee', (action) => {
    expect(fieldsOf({ ...LOGIN, action })).toEqual(['payment']);
    expect(fieldsOf({ ...LOGIN, action, payment: {} })).toEqual(['payment.amount', 'payment.currency', 'payment.payee']);
  });

  it.each(['trusted_list_create', 'trusted_list_amend'])('%s needs the payee and nothing else that would look bound', (action) => {
    expect(fieldsOf({ ...LOGIN, action })).toEqual(['payment']);
    expect(fieldsOf({ ...LOGIN, action, payment: { reference: 'r' } })).toEqual(['payment.payee']);
    expect(fieldsOf({ ...LOGIN, action, payment: PAYMENT })).toEqual(['payment.amount', 'payment.currency', 'payment.kind']);
  });

  it.each(['tokenise_instrument', 'device_enrolment', 'portrait_replace', 'change_contact_details', 'change_password', 'raise_limit', 'other_risky_remote_action'])('%s needs words for the payer', (action) => {
    expect(fieldsOf({ ...LOGIN, action })).toEqual(['description']);
  });

  it.each(['', '   ', '\u200b\u200b', 'Pay 5\u202E00.1', 'two\nlines', 'a\u0000b', 'x'.repeat(141), '\ud800'])('words that a payer could not read or would read wrongly are refused: %j', (description) => {
    expect(fieldsOf({ ...LOGIN, action: 'raise_limit', description })).toEqual(['description']);
  });
});

describe('batches', () => {
  const batch = (amounts: string[], total: string, rest: object = {}): unknown => {
    const payees = amounts.map((amount, i) => ({ account: `acct-${i}`, name: `Payee ${i}`, amount }));
    return having('payment', { amount: total, currency: 'EUR', kind: 'batch', payees, ...rest });
  };

  it('add up to the last cent, however many parts and whatever floats would make of them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 99_999_999 }), { minLength: 1, maxLength: 50 }), fc.constantFrom(0n, 1n), (parts, off) => {
        const write = (minor: bigint): string => formatMoney({ minor, currency: 'EUR' });
        const sum = parts.reduce((total, part) => total + BigInt(part), 0n);
        expect(fieldsOf(batch(parts.map((part) => write(BigInt(part))), write(sum + off)))).toEqual(off === 0n ? [] : ['payment.amount']);
      }),
    );
  });

  it('have one to a thousand payees', () => {
    expect(fieldsOf(batch([], '0.01'))).toEqual(['payment.payees']);
    expect(fieldsOf(batch(Array.from({ length: 1000 }, () => '0.01'), '10.00'))).toEqual([]);
    expect(fieldsOf(batch(Array.from({ length: 1001 }, () => '0.01'), '10.01'))).toEqual(['payment.payees']);
  });

  it('have payees and no payee, and are said to be batches', () => {
    expect(fieldsOf(batch(['1.00'], '1.00', { payee: PAYMENT.payee }))).toEqual(['payment.payees']);
    expect(fieldsOf(batch(['1.00'], '1.00', { kind: 'single' }))).toEqual(['payment.kind']);
    expect(fieldsOf(having('payment.kind', 'batch'))).toEqual(['payment.payees']);
  });

  it('name the part that is wrong', () => {
    expect(fieldsOf(batch(['1.00', '1.0', '0.00'], '2.00'))).toEqual(['payment.payees[1].amount', 'payment.payees[2].amount']);
  });

  it('with a thousand wrong parts answer a list that can be read', () => {
    expect(errorsOf(batch(Array.from({ length: 1000 }, () => '1'), '10.00'))).toHaveLength(20);
  });
});

describe('accounts', () => {
  it.each(['ES9121000418450200051333', 'ES912100041845020005133', 'es91-2100-0418-4502-0005-1333'])('a mistyped IBAN is refused: %s', (account) => {
    const [error] = errorsOf(having('payment.payee.account', account));
    expect(error?.field).toBe('payment.payee.account');
    expect(error?.message).not.toContain(account);
  });

  it('a credit transfer in euro within the EEA goes to an IBAN', () => {
    const facts = { instrument: 'credit_transfer', payeePsp: 'EEA' };
    expect(fieldsOf({ ...(having('payment.payee.account', '12345678') as object), facts })).toEqual(['payment.payee.account']);
    expect(fieldsOf({ ...(having('payment.payee.account', '12345678') as object), facts: { ...facts, payeePsp: 'OTHER' } })).toEqual([]);
  });

  it.each(['асct-1', 'acct\u200b1', ' acct', 'acct ', 'a  b', '', 'x'.repeat(65)])('an account that could pass for another one is refused: %j', (account) => {
    expect(fieldsOf(having('payment.payee.account', account))).toEqual(['payment.payee.account']);
  });
});

describe('where the browser goes afterwards', () => {
  it.each([
    'http://shop.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    '//shop.example',
    '/back',
    'https://',
    'https://user:password@shop.example/',
    'https://shop.example@evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://localhost.evil.example/',
    'https:\\\\shop.example',
    'https://shop.example/\nx',
    ' https://shop.example/',
    'HTTPS://shop.example/',
  ])('is nothing but a plain https URL: %j', (returnUrl) => {
    expect(fieldsOf(having('returnUrl', returnUrl))).toEqual(['returnUrl']);
  });

  it.each([
    ['https://shop.example/return?x=1', ['https://shop.example'], true],
    ['https://SHOP.example/return', ['https://shop.example'], true],
    ['https://shop.example:443/', ['https://shop.example'], true],
    ['https://shop.example:8443/', ['https://shop.example'], false],
    ['https://shop.example.evil.example/', ['https://shop.example'], false],
    ['https://evil.example/https://shop.example', ['https://shop.example'], false],
    ['http://shop.example/', ['https://shop.example'], false],
    ['https://shop.example/', [], false],
    ['https://shop.example/', ['null', '', '*'], false],
    ['data:text/html,x', ['null'], false],
  ])('%s on %j: %s', (returnUrl, origins, allowed) => {
    expect(returnUrlAllowed(returnUrl, origins)).toBe(allowed);
  });
});

describe('the rest', () => {
  it.each([
    ['authenticationId', 'short'],
    ['authenticationId', 'x'.repeat(65)],
    ['authenticationId', 'auth:0001'],
    ['action', 'Payment'],
    ['payer.id', ''],
    ['payer.id', 'ada@example.com'],
    ['payer.id', 'a\u0000b'],
    ['payer.locale', 'english!'],
    ['payer.locale', 'en-x'],
    ['timeToLiveSeconds', 29],
    ['timeToLiveSeconds', 901],
    ['timeToLiveSeconds', 30.5],
    ['timeToLiveSeconds', '300'],
    ['reviewSeconds', -1],
    ['reviewSeconds', 86_401],
    ['exemptions', []],
    ['exemptions', ['EX16', 'EX16']],
    ['exemptions', ['EX99']],
    ['exemptions', 'any'],
    ['facts.applicant', 'Payer PSP'],
    ['facts.risk.score', 101],
    ['facts.moto', 'false'],
    ['facts.moto', null],
    ['payment', null],
    ['retryOf.authenticationId', 'short'],
  ])('%s refuses %j', (path, value) => {
    const body = path.startsWith('retryOf') ? having('retryOf', { authenticationId: value, softDeclineCode: '65' }) : having(path, value);
    expect(fieldsOf(body)).toEqual([path]);
  });

  it.each([30, 900])('the ends of the range are inside: %d seconds', (seconds) => {
    expect(errorsOf(having('timeToLiveSeconds', seconds))).toEqual([]);
  });

  it('a retry names another payment', () => {
    expect(fieldsOf(having('retryOf', { authenticationId: EXAMPLE.authenticationId, softDeclineCode: '65' }))).toEqual(['retryOf.authenticationId']);
    expect(fieldsOf({ ...LOGIN, retryOf: { authenticationId: 'auth-0000', softDeclineCode: '65' } })).toEqual(['retryOf']);
  });

  it.each([null, [], 'text', 42, true])('a body that is no object is refused: %j', (body) => {
    expect(errorsOf(body)).toEqual([{ field: '', message: 'The body must be a JSON object.' }]);
  });

  it('never repeats what was sent, whatever and wherever it is', () => {
    const secret = 'ES9121000418450200051332';
    const places = [
      'authenticationId', 'action', 'payer', 'payer.locale', 'payment', 'payment.amount', 'payment.currency', 'payment.payee', 'payment.payees',
      'payment.kind', 'facts', 'facts.instrument', 'facts.fx', 'returnUrl', 'exemptions', 'retryOf', 'timeToLiveSeconds', secret, `payer.${secret}`,
      `facts.${secret}`,
    ];
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.constantFrom<unknown>(secret, [secret], { [secret]: secret }, { account: secret, name: 1 }), (path, value) => {
        expect(JSON.stringify(errorsOf(having(path, value)))).not.toContain('2100041845');
      }),
    );
  });
});

describe('the hash of a request', () => {
  it('is that of its content, not of its spelling', () => {
    const spelled = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(EXAMPLE).reverse()), null, 2)) as unknown;
    expect(requestHash(spelled)).toBe(requestHash(EXAMPLE));
  });

  it('differs for any other content', () => {
    expect(requestHash(having('payment.amount', '247.51'))).not.toBe(requestHash(EXAMPLE));
    expect(requestHash(having('reviewSeconds', undefined))).not.toBe(requestHash(EXAMPLE));
  });
});
