import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { recordSpansWith, type Span, type SpanOptions, startSpan, withSpan } from './span';
import { currentContext, currentTraceId, currentTraceparent, noteAuthentication, runForAuthentication, runWithTrace } from './trace-context';
import { childTraceparent, newTraceparent, parseTraceparent } from './traceparent';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PARENT = `00-${TRACE}-${SPAN}-01`;

describe('traceparent (W3C Trace Context)', () => {
  it.each([
    [PARENT, true],
    [`00-${TRACE}-${SPAN}-00`, true],
    [`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, true],
    [`cc-${TRACE}-${SPAN}-01`, true],
    [`ff-${TRACE}-${SPAN}-01`, false],
    [`00-${TRACE}-${SPAN}-01-more`, false],
    [`cc-${TRACE}-${SPAN}-01.more`, false],
    [`00-${'0'.repeat(32)}-${SPAN}-01`, false],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, false],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`, false],
    [`00-${TRACE.slice(1)}-${SPAN}-01`, false],
    [` ${PARENT}`, false],
    [`${PARENT}\n`, false],
    [`${PARENT}, ${PARENT}`, false],
    [`cc-${TRACE}-${SPAN}-01-${'x'.repeat(300)}`, false],
    ['', false],
  ])('given %j, then it is one: %s', (text, valid) => {
    expect(parseTraceparent(text) !== null).toBe(valid);
  });

  it('given any text, then it is read without a throw, and what is read is well formed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)), (text) => {
        const parsed = parseTraceparent(text);
        if (parsed !== null) expect(`${parsed.traceId}-${parsed.spanId}-${parsed.flags}`).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
      }),
    );
  });

  it('given a parent, then the child keeps trace and flags and has a span of its own; given none or rubbish, then a trace begins', () => {
    expect(parseTraceparent(childTraceparent(`00-${TRACE}-${SPAN}-00`))).toMatchObject({ traceId: TRACE, flags: '00' });
    expect(childTraceparent(PARENT)).not.toContain(SPAN);
    for (const none of [null, 'rubbish']) expect(parseTraceparent(childTraceparent(none))?.traceId).not.toBe(TRACE);
  });

  it('given ten thousand new traces, then no two ids are the same, wherever the block of randomness ends', () => {
    const ids = Array.from({ length: 10_000 }, () => parseTraceparent(newTraceparent()));
    expect(ids).not.toContain(null);
    expect(new Set(ids.map((id) => id?.traceId)).size).toBe(10_000);
    expect(new Set(ids.map((id) => id?.spanId)).size).toBe(10_000);
  });
});

describe('the trace of the work under way', () => {
  it('given none, then there is no trace id, and a traceparent is a new trace each time', () => {
    expect(currentTraceId()).toBeNull();
    expect(currentContext()).toBeNull();
    expect(currentTraceparent()).not.toBe(currentTraceparent());
  });

  it('given a trace, then it goes with promises, timers and callbacks, and ends with the work', async () => {
    const seen: (string | null)[] = [];
    await runWithTrace(PARENT, async () => {
      await Promise.resolve();
      seen.push(currentTraceId());
      await new Promise<void>((resolve) => setImmediate(resolve));
      seen.push(currentTraceId());
      new EventEmitter().on('x', () => seen.push(currentTraceId())).emit('x');
    });
    expect(seen).toEqual([TRACE, TRACE, TRACE]);
    expect(currentTraceId()).toBeNull();
  });

  it('given two pieces of work at once, then they keep their own trace and authentication', async () => {
    const work = (authentication: string) =>
      runWithTrace(null, async () => {
        noteAuthentication(authentication);
        await new Promise<void>((resolve) => setImmediate(resolve));
        return [currentTraceId(), currentContext()?.authenticationId];
      });
    const [[traceA, authenticationA], [traceB, authenticationB]] = await Promise.all([work('auth-a'), work('auth-b')]);
    expect([authenticationA, authenticationB]).toEqual(['auth-a', 'auth-b']);
    expect(traceA).not.toBe(traceB);
  });

  it('given a batch, then each message is in its own trace, and one without stays in that of the batch', () => {
    runWithTrace(PARENT, () => {
      runForAuthentication('auth-a', '00-11111111111111111111111111111111-2222222222222222-01', () => expect([currentTraceId(), currentContext()?.authenticationId]).toEqual(['1'.repeat(32), 'auth-a']));
      runForAuthentication('auth-b', null, () => expect([currentTraceId(), currentContext()?.authenticationId]).toEqual([TRACE, 'auth-b']));
      expect(currentContext()?.authenticationId).toBeNull();
    });
  });

  it('given rubbish as traceparent, then a new trace, never the rubbish', () => {
    runWithTrace('rubbish', () => expect(parseTraceparent(currentTraceparent())).not.toBeNull());
  });
});

describe('spans', () => {
  afterEach(() => recordSpansWith(null));

  it('given no exporter, then the traceparent is passed on as it came', async () => {
    expect(startSpan('x', { parent: PARENT }).traceparent).toBe(PARENT);
    const inside = await runWithTrace(PARENT, () => withSpan('x', {}, (span) => Promise.resolve([span.traceparent, currentTraceparent()])));
    expect(inside).toEqual([PARENT, PARENT]);
    expect(runWithTrace(PARENT, () => startSpan('x', { root: true })).traceparent).not.toContain(TRACE);
  });

  it('given a recorder, then work inside belongs to the span, and a throw marks it, ends it and goes on', async () => {
    const recorded: { name: string; parent: string | null; options: SpanOptions; failed: string[]; ended: number }[] = [];
    recordSpansWith({
      start(name, parent, options): Span {
        const entry = { name, parent, options, failed: [] as string[], ended: 0 };
        recorded.push(entry);
        return { traceparent: childTraceparent(parent), set: () => undefined, fail: (code) => void entry.failed.push(code), end: () => void (entry.ended += 1) };
      },
    });
    const inside = await withSpan('outer', { parent: PARENT }, async (outer) => {
      expect(currentTraceparent()).toBe(outer.traceparent);
      await withSpan('inner', {}, () => Promise.reject(new TypeError('x'))).catch(() => undefined);
      return currentTraceId();
    });
    startSpan('health', { quiet: true }).end();
    expect(inside).toBe(TRACE);
    expect(recorded).toMatchObject([
      { name: 'outer', parent: PARENT, failed: [], ended: 1 },
      { name: 'inner', failed: ['TypeError'], ended: 1 },
    ]);
    expect(recorded[1]?.parent).toContain(TRACE);
    expect(recorded[1]?.parent).not.toBe(PARENT);
  });
});
