import { Flight } from './flight';

const APPROVED = Buffer.from('{"outcome":"APPROVED"}');
const DECLINED = Buffer.from('{"outcome":"DECLINED"}');

function flightOf(...ids: string[]): Flight {
  const flight = new Flight();
  flight.begins(0);
  ids.forEach((id, i) => flight.started(id, i * 10));
  return flight;
}

describe('what the driver saw', () => {
  it('counts what is missing and what came twice, and does not let a second verdict stand for a lost one', () => {
    const flight = flightOf('a', 'b', 'c');
    flight.answered('a', APPROVED, 30);
    flight.answered('a', APPROVED, 31);
    flight.answered('b', APPROVED, 40);
    expect([flight.verdicts, flight.missing(3), flight.doubled, flight.endedAtMs]).toEqual([2, 1, 1, 40]);
    expect(flight.perSecond).toBe(50);
  });

  it.each([[DECLINED], [null]])('counts a verdict that says no as wrong: a fast refusal is no result', (value) => {
    const flight = flightOf('a');
    flight.answered('a', value, 1);
    expect(flight.wrong).toBe(1);
  });

  it('measures each stretch from its own beginning, and leaves out what warms the pace up', () => {
    const flight = flightOf('a', 'b');
    for (const id of ['a', 'b']) {
      flight.decided(id, 20);
      flight.linked(id, 25);
      flight.redirected(id, `session-${id}`, 4);
      flight.answered(id, APPROVED, 60);
    }
    const latencies = flight.latencies(1, [['session-a', 45], ['session-b', 50], ['of another run', 1]]);
    expect(Object.fromEntries(Object.entries(latencies).map(([stretch, { count, p50 }]) => [stretch, [count, p50]]))).toEqual({
      'requested to decided': [1, 10], 'requested to link': [1, 15], 'confirm to redirect': [1, 4], 'webhook to verdict': [1, 10], 'whole way': [1, 50],
    });
  });

  it('takes the first of several links and decisions', () => {
    const flight = flightOf('a');
    flight.decided('a', 5);
    flight.decided('a', 9);
    flight.linked('a', 6);
    expect(flight.wantsLink('a')).toBe(false);
    expect(flight.latencies(0, [])['requested to decided'].p50).toBe(5);
  });
});
