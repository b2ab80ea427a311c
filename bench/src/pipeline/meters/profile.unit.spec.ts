import { costsOf } from './profile';

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber });
const profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 4] },
    { id: 2, callFrame: frame('handle', 'file:///somewhere/dist/apps/x/src/handle.js', 9), children: [3] },
    { id: 3, callFrame: frame('write', 'file:///somewhere/node_modules/pg/lib/client.js', 1) },
    { id: 4, callFrame: frame('(idle)') },
  ],
};

describe('costs in a profile', () => {
  it('leave out the start and the idle time, and give a caller what it calls', () => {
    const costs = costsOf({ ...profile, samples: [2, 2, 3, 3, 4], timeDeltas: [5_000_000, 1000, 1500, 1500, 90_000] });
    expect(costs).toEqual([
      { place: 'write pg/lib/client.js:2', self: 0.75, whole: 0.75 },
      { place: 'handle apps/x/src/handle.js:10', self: 0.25, whole: 1 },
    ]);
  });
});
