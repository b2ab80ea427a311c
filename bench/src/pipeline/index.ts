import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Benchmark } from '../benchmark';
import { Child } from './child';
import { SERVICES, startEngines, stopEngines } from './engines';
import { writeTopCosts } from './meters/profile';
import { countStatements, writeStatements } from './meters/statements';
import { type Plan, planOf } from './plan';
import { summarise } from './summary';
import { type Reading, takeTurn } from './turn';
import { bare } from './variants';
import type { VariantContext } from './variants/variant';

export const pipeline: Benchmark = {
  name: 'pipeline',
  summary: 'the whole pipeline beside a bare loop and the ways of Nest tutorials, in one run',
  options: [
    '--rounds N       rounds of alternating turns (3; 1 with --quick)',
    '--variants LIST  of ours,bare,usual,careful',
    '--phases LIST    of sca,exempt and rates a second (sca,exempt,10,50)',
    '--page           payers fetch the approval page before they confirm it (ours only: the peers have none)',
    '--profile DIR    our services write their CPU profiles there, with the top costs, and PostgreSQL its statements',
    '--readings FILE  every single reading, as JSON',
  ],
  run: async ({ quick, arguments: args, say }) => {
    const plan = planOf(quick, args);
    const vendor = await Child.start('vendor', 'vendor/main.js', ['0'], {}, path.join(tmpdir(), `assent-bench-vendor-${process.pid}.log`));
    try {
      const vendorUrl = (vendor.ready as { origin: string }).origin;
      say('starting PostgreSQL, Kafka and our services');
      const engines = await startEngines({ vendorUrl, profileTo: plan.profileTo });
      try {
        if (plan.profileTo !== null) await countStatements(engines);
        const readings = await allRounds(plan, { engines, vendor, vendorUrl }, say);
        if (plan.profileTo !== null) await writeStatements(engines, plan.profileTo);
        if (plan.readingsTo !== null) writeFileSync(plan.readingsTo, `${JSON.stringify(readings, null, 1)}\n`);
        return summarise(readings);
      } finally {
        await stopEngines(engines);
        if (plan.profileTo !== null) writeTopCosts(plan.profileTo, SERVICES);
      }
    } finally {
      await vendor.stop();
    }
  },
};

async function allRounds(plan: Plan, context: VariantContext, say: (line: string) => void): Promise<Reading[]> {
  const { fetchesPage, rounds, variants, brokerWarmUp } = plan;
  say(`warming the broker with ${brokerWarmUp.count} requests through the bare loop`);
  await takeTurn(bare, { context, warmUp: [brokerWarmUp], phases: [], fetchesPage: false, say });
  const readings: Reading[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    // The order turns with the rounds, so that nobody always comes first.
    for (const variant of [...variants.slice(round % variants.length), ...variants.slice(0, round % variants.length)]) {
      readings.push(...(await takeTurn(variant, { context, ...plan.loadOf(variant.name), fetchesPage: fetchesPage && variant.name === 'ours', say })));
    }
  }
  return readings;
}
