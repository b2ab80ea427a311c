import { BARE_TABLES } from '../peers/bare/tables';
import { NEST_TABLES } from '../peers/nest/tables';
import { ours } from './ours';
import { peer } from './peer';
import type { Variant } from './variant';

export const bare = peer({ name: 'bare', module: 'peers/bare/main.js', tables: BARE_TABLES, leafTable: 'leaf', careful: false });

const nest = { module: 'peers/nest/main.js', tables: NEST_TABLES, leafTable: '"Leaf"' };
export const usual = peer({ ...nest, name: 'usual', careful: false });
export const careful = peer({ ...nest, name: 'careful', careful: true });

/** In the order of the report. */
export const VARIANTS: readonly Variant[] = [ours, bare, usual, careful];
