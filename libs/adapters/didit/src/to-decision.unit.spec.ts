import fc from 'fast-check';
import { toDecision } from './to-decision';

const SESSION = '7c1e2d3f-4a5b-4c6d-8e9f-0a1b2c3d4e5f';
const WORKFLOW = 'd1c2b3a4-0000-4000-8000-000000000001';
const ANSWER = {
  session_id: SESSION,
  session_kind: 'user',
  status: 'Approved',
  environment: 'sandbox',
  workflow_id: WORKFLOW,
  vendor_data: 'demo/user-42',
  metadata: { purpose: 'payment', amount: '247.50', nested: [1, '1'] },
  id_verifications: null,
  liveness_checks: [{ node_id: 'feature_liveness_1', status: 'Approved', method: 'passive', score: 96.2, reference_image: 'https://media.example/canary-image', age_estimation: 34.1, matches: [{ user_details: { full_name: 'Canary Person' } }], warnings: [] }],
  face_matches: [{ node_id: 'feature_face_match_1', status: 'Approved', score: 94.53, source_image: 'https://media.example/canary-image', warnings: [{ feature: 'FACEMATCH', risk: 'LOW_FACE_MATCH_SIMILARITY', log_type: 'warning', short_description: 'canary text' }] }],
  ip_analyses: [
    {
      status: 'Approved',
      device_fingerprint: 'fp-1',
      os_family: 'iOS',
      browser_family: 'Mobile Safari',
      platform: 'mobile',
      ip_country_code: 'ES',
      ip_address: '203.0.113.9',
      is_vpn_or_tor: false,
      is_data_center: true,
      time_zone_offset: '-0330',
      matches: [{}, {}],
      warnings: [{ feature: 'LOCATION', risk: 'PRIVATE_NETWORK_DETECTED', log_type: 'information' }],
    },
  ],
  created_at: '2026-03-31T15:26:34.120000Z',
  expires_at: null,
};
const read = (answer: unknown) => toDecision(Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)));

describe('reading a fetched decision', () => {
  it('gives our words for what is on the list', () => {
    expect(read(ANSWER)).toEqual({
      sessionId: SESSION,
      status: 'Approved',
      environment: 'sandbox',
      workflowId: WORKFLOW,
      vendorData: 'demo/user-42',
      metadata: { purpose: 'payment', amount: '247.50', nested: [1, '1'] },
      liveness: [{ status: 'Approved', score: 96.2, method: 'PASSIVE', warnings: [] }],
      faceMatches: [{ status: 'Approved', score: 94.53, method: null, warnings: [{ check: 'FACE_MATCH', risk: 'LOW_FACE_MATCH_SIMILARITY', severity: 'REVIEW' }] }],
      deviceSignals: [
        {
          status: 'Approved',
          deviceFingerprint: 'fp-1',
          platform: 'mobile',
          operatingSystem: 'iOS',
          browser: 'Mobile Safari',
          countryCode: 'ES',
          ipAddress: '203.0.113.9',
          isVpnOrTor: false,
          isDataCentre: true,
          timeZoneOffsetMinutes: -210,
          matchesOfOthers: 2,
          warnings: [{ check: 'DEVICE_AND_PLACE', risk: 'PRIVATE_NETWORK_DETECTED', severity: 'INFORMATION' }],
        },
      ],
      warnings: [
        { check: 'FACE_MATCH', risk: 'LOW_FACE_MATCH_SIMILARITY', severity: 'REVIEW' },
        { check: 'DEVICE_AND_PLACE', risk: 'PRIVATE_NETWORK_DETECTED', severity: 'INFORMATION' },
      ],
      createdAt: '2026-03-31T15:26:34.120000Z',
      expiresAt: null,
      answerSha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      answerBytes: Buffer.byteLength(JSON.stringify(ANSWER)),
    });
  });

  it('reads no image, name or text of people', () => expect(JSON.stringify(read(ANSWER))).not.toMatch(/canary/i));

  it('a block that was not run stays null, and so does a missing one', () => {
    expect(read({ session_id: SESSION, status: 'Approved', liveness_checks: null })).toMatchObject({ liveness: null, faceMatches: null, deviceSignals: null, metadata: null, environment: null });
  });

  it('the older, singular names are not read as checks', () => {
    expect(read({ session_id: SESSION, status: 'Approved', liveness: { status: 'Approved' }, face_match: { status: 'Approved' }, face: { status: 'Approved' } })).toMatchObject({ liveness: null, faceMatches: null });
  });

  it('an item that is no object, or has no status, counts as an unknown check', () => {
    const decision = read({ session_id: SESSION, status: 'Approved', liveness_checks: ['Approved', {}, { status: 1 }], face_matches: {} });
    expect(decision).toMatchObject({ liveness: [{ status: { unknown: '' } }, { status: { unknown: '' } }, { status: { unknown: '' } }], faceMatches: null });
  });

  it.each(['approved', 'APPROVED', 'Approved ', 'Not Finished', 'Ok'])('the session status %j is unknown', (status) => {
    expect(read({ session_id: SESSION, status })).toMatchObject({ status: { unknown: status } });
  });

  it.each([-1, 100.1, '96', null, true])('a score of %j is none', (score) => {
    expect(read({ session_id: SESSION, status: 'Approved', liveness_checks: [{ status: 'Approved', score }] })).toMatchObject({ liveness: [{ score: null }] });
  });

  it.each([1, 'true', null, undefined])('a flag of %j is not said', (flag) => {
    expect(read({ session_id: SESSION, status: 'Approved', ip_analyses: [{ status: 'Approved', is_vpn_or_tor: flag }] })).toMatchObject({ deviceSignals: [{ isVpnOrTor: null }] });
  });

  it('an environment that nobody knows is none', () => expect(read({ session_id: SESSION, status: 'Approved', environment: 'staging' })).toMatchObject({ environment: null }));

  it('metadata is the documented name; the other counts only where it is absent', () => {
    expect(read({ session_id: SESSION, status: 'x', metadata: null, metadata_echo: { amount: '1' } })).toMatchObject({ metadata: null });
    expect(read({ session_id: SESSION, status: 'x', metadata_echo: { amount: '1' } })).toMatchObject({ metadata: { amount: '1' } });
  });

  it('numbers in metadata stay numbers', () => expect(read({ session_id: SESSION, status: 'x', metadata: { amount: 247.5 } })).toMatchObject({ metadata: { amount: 247.5 } }));

  it.each(['', 'null', '[]', '"x"', '{}', '{"status":"Approved"}', `{"session_id":"${SESSION}"}`, '{"session_id":"x","status":"Approved"}', '{"__proto__":{"session_id":"x"},"status":"Approved"}'])('%s is no decision', (text) => {
    expect(read(text)).toBeNull();
  });

  it('bytes that are not UTF-8 are no decision', () => expect(toDecision(Buffer.from([0x7b, 0xff, 0x7d]))).toBeNull());

  it('whatever comes, reading ends, and only what says Approved is approved', () => {
    const junk = fc.oneof(fc.jsonValue(), fc.constantFrom('Approved', null, true, 1));
    fc.assert(
      fc.property(fc.record({ status: junk, liveness_checks: junk, face_matches: fc.oneof(junk, fc.array(fc.record({ status: junk, warnings: junk }))), ip_analyses: junk, metadata: junk }), (fields) => {
        const decision = read({ ...fields, session_id: SESSION });
        if (decision?.status === 'Approved') expect(fields.status).toBe('Approved');
        for (const check of decision?.faceMatches ?? []) if (check.status === 'Approved') expect(JSON.stringify(fields.face_matches)).toContain('"Approved"');
      }),
      { numRuns: 500 },
    );
  });
});
