import { readFileSync } from 'node:fs';
import path from 'node:path';
import { naiveConsistency, naiveInclusion, naiveLeaf, naiveRoot } from './naive-tree.spec';
import { appendLeaves, EMPTY_FRONTIER, type Frontier, frontierFromBytes, frontierToBytes, joinPeaks, rootOf } from './frontier';
import { EMPTY_ROOT, type Hash, hashFromBase64, hashFromBytes, hashToBase64, hashToBytes, leafHash, nodeHash } from './hash';
import { nodesOf, placeOf, placeOfLeaf, powerAtMost, splitOf, subtreesOf } from './position';
import { assembleProof, placesOf, planConsistency, planInclusion, planRoot, proofLengthMax } from './proof';
import { rootFromInclusion, verifyConsistency, verifyInclusion } from './verify-proof';

interface Vectors {
  leaves: string[];
  roots: string[];
  inclusion: { index: number; size: number; hashes: string[] }[];
  consistency: { from: number; to: number; hashes: string[] }[];
}
const vectors = JSON.parse(readFileSync(path.join(__dirname, '../../../../testing/vectors/merkle-vectors.json'), 'utf8')) as Vectors;

const hex = (hash: Hash): string => hashToBytes(hash).toString('hex');
const unhex = (text: string): Hash => hashFromBytes(Buffer.from(text, 'hex'));

/** A log as a store would keep it: every node at its place. */
class StoredLog {
  frontier: Frontier = EMPTY_FRONTIER;
  readonly nodes = new Map<number, Hash>();
  readonly roots: Hash[] = [EMPTY_ROOT];

  append(leaves: readonly Hash[]): this {
    const { frontier, firstNode, nodes } = appendLeaves(this.frontier, leaves);
    nodes.forEach((hash, i) => this.nodes.set(firstNode + i, hash));
    this.frontier = frontier;
    return this;
  }

  static of(count: number): StoredLog {
    const log = new StoredLog();
    for (let i = 0; i < count; i++) {
      log.append([leafHash(`leaf ${i}`)]);
      log.roots.push(rootOf(log.frontier));
    }
    return log;
  }

  leaf(index: number): Hash {
    return this.nodes.get(placeOfLeaf(index))!;
  }

  /** Reads only what the plan asks for, as one query would. */
  prove(plan: ReturnType<typeof planInclusion>): Hash[] {
    const proof = assembleProof(plan, new Map(placesOf(plan).map((place) => [place, this.nodes.get(place)!])));
    if (!proof.ok) throw new Error(proof.error);
    return proof.value;
  }
}

const SIZE = 256;
const log = StoredLog.of(SIZE);
const naiveLeaves = Array.from({ length: SIZE }, (_, i) => naiveLeaf(`leaf ${i}`));

describe('the published example of eight leaves', () => {
  const eight = new StoredLog();
  const roots = [rootOf(eight.frontier)];
  // All bytes are below 0x80, so Latin-1 and UTF-8 write them the same.
  for (const leaf of vectors.leaves) roots.push(rootOf(eight.append([leafHash(Buffer.from(leaf, 'hex').toString('latin1'))]).frontier));

  it('has the published roots', () => {
    expect(roots.map(hex)).toEqual(vectors.roots);
  });

  it.each(vectors.inclusion)('proves leaf $index of $size as published', ({ index, size, hashes }) => {
    expect(eight.prove(planInclusion(index, size)).map(hex)).toEqual(hashes);
    expect(verifyInclusion({ index, size, hashes: hashes.map(unhex) }, eight.leaf(index), unhex(vectors.roots[size]!))).toBe(true);
  });

  it.each(vectors.consistency)('proves $from to $to as published', ({ from, to, hashes }) => {
    expect(eight.prove(planConsistency(from, to)).map(hex)).toEqual(hashes);
    expect(verifyConsistency({ from, to, hashes: hashes.map(unhex) }, unhex(vectors.roots[from]!), unhex(vectors.roots[to]!))).toBe(true);
  });
});

describe('every pair of sizes up to 256, against the RFC written down naively', () => {
  it('has the same root at every size', () => {
    for (let size = 0; size <= SIZE; size++) {
      const expected = naiveRoot(naiveLeaves.slice(0, size)).toString('hex');
      expect(hex(log.roots[size]!)).toBe(expected);
      expect(hex(log.prove(planRoot(size))[0]!)).toBe(expected);
    }
  });

  it('gives the same inclusion proof for every leaf in every tree, and it verifies', () => {
    for (let size = 1; size <= SIZE; size++) {
      const leaves = naiveLeaves.slice(0, size);
      for (let index = 0; index < size; index++) {
        const hashes = log.prove(planInclusion(index, size));
        // The naive path is quadratic: compare all of it for the sizes where the shape of the tree changes, and verify always.
        if (size < 34 || size > 252) expect(hashes.map(hex)).toEqual(naiveInclusion(index, leaves).map((h) => h.toString('hex')));
        if (!verifyInclusion({ index, size, hashes }, log.leaf(index), log.roots[size]!)) throw new Error(`leaf ${index} of ${size}`);
        if (hashes.length > proofLengthMax(size)) throw new Error(`the proof of leaf ${index} of ${size} has ${hashes.length} hashes`);
      }
    }
  });

  it('gives the same consistency proof for every pair, and it verifies', () => {
    for (let to = 1; to <= SIZE; to++) {
      for (let from = 1; from <= to; from++) {
        const hashes = log.prove(planConsistency(from, to));
        if (to < 34 || to > 252) expect(hashes.map(hex)).toEqual(naiveConsistency(from, naiveLeaves.slice(0, to)).map((h) => h.toString('hex')));
        if (!verifyConsistency({ from, to, hashes }, log.roots[from]!, log.roots[to]!)) throw new Error(`${from} to ${to}`);
        if (hashes.length > proofLengthMax(to) + 1) throw new Error(`the proof of ${from} to ${to} has ${hashes.length} hashes`);
      }
    }
  });

  it('appends in batches as it appends one by one', () => {
    for (const batch of [1, 2, 3, 7, 64, 100, 256]) {
      const other = new StoredLog();
      for (let i = 0; i < SIZE; i += batch) other.append(Array.from({ length: Math.min(batch, SIZE - i) }, (_, k) => log.leaf(i + k)));
      expect(other.nodes).toEqual(log.nodes);
      expect(other.frontier).toEqual(log.frontier);
    }
  });

  it('reads few stored nodes for any proof', () => {
    for (let size = 1; size <= SIZE; size++) {
      for (let index = 0; index < size; index += 7) expect(placesOf(planInclusion(index, size)).length).toBeLessThanOrEqual(2 * proofLengthMax(size));
    }
  });

  it('gives every node one place, without gaps', () => {
    expect([...log.nodes.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: nodesOf(SIZE) }, (_, i) => i));
    for (let level = 0; level <= 8; level++) {
      for (let index = 0; index < SIZE / 2 ** level; index++) {
        const leaves = naiveLeaves.slice(index * 2 ** level, (index + 1) * 2 ** level);
        expect(hex(log.nodes.get(placeOf({ level, index }))!)).toBe(naiveRoot(leaves).toString('hex'));
      }
    }
  });
});

describe('a proof that was tampered with', () => {
  const flip = (hash: Hash): Hash => (String.fromCharCode(hash.charCodeAt(0) ^ 8) + hash.slice(1)) as Hash;
  const other = leafHash('something else');

  it('never proves inclusion: another leaf, root, index, size, or any hash flipped, dropped, added or swapped', () => {
    for (const size of [1, 2, 3, 5, 8, 13, 100, 255, 256]) {
      for (let index = 0; index < size; index += Math.max(1, Math.floor(size / 9))) {
        const hashes = log.prove(planInclusion(index, size));
        const leaf = log.leaf(index);
        const root = log.roots[size]!;
        const proofs = [
          { index: index + 1, size, hashes },
          { index: index - 1, size, hashes },
          { index: index ^ 2, size, hashes },
          { index, size: size * 2, hashes },
          { index, size: Math.floor(size / 2), hashes },
          { index, size, hashes: [...hashes, root] },
          { index, size, hashes: [root, ...hashes] },
          { index, size, hashes: [...hashes, EMPTY_ROOT] },
          ...hashes.map((_, i) => ({ index, size, hashes: hashes.with(i, flip(hashes[i]!)) })),
          ...hashes.map((_, i) => ({ index, size, hashes: hashes.toSpliced(i, 1) })),
          ...hashes.slice(1).map((_, i) => ({ index, size, hashes: hashes.with(i, hashes[i + 1]!).with(i + 1, hashes[i]!) })),
        ];
        for (const proof of proofs) expect([proof.index, proof.size, verifyInclusion(proof, leaf, root)]).toEqual([proof.index, proof.size, false]);
        expect(verifyInclusion({ index, size, hashes }, other, root)).toBe(false);
        expect(verifyInclusion({ index, size, hashes }, leaf, other)).toBe(false);
        expect(verifyInclusion({ index, size, hashes }, leaf, root)).toBe(true);
      }
    }
  });

  it('never proves consistency: other roots, sizes, or any hash flipped, dropped or added', () => {
    for (const to of [2, 3, 5, 8, 13, 100, 255, 256]) {
      for (let from = 1; from < to; from += Math.max(1, Math.floor(to / 9))) {
        const hashes = log.prove(planConsistency(from, to));
        const older = log.roots[from]!;
        const newer = log.roots[to]!;
        const proofs = [
          { from: from + 1, to, hashes },
          { from: from - 1, to, hashes },
          { from: from ^ 2, to, hashes },
          { from, to: to * 2, hashes },
          { from, to: Math.floor(to / 2), hashes },
          { from, to, hashes: [] },
          { from, to, hashes: [...hashes, older] },
          { from, to, hashes: [...hashes, newer] },
          { from, to, hashes: [older, ...hashes] },
          { from, to, hashes: [newer, ...hashes] },
          { from, to, hashes: hashes.slice(0, -1) },
          ...hashes.map((_, i) => ({ from, to, hashes: hashes.with(i, flip(hashes[i]!)) })),
        ];
        for (const proof of proofs) expect([proof.from, proof.to, verifyConsistency(proof, older, newer)]).toEqual([proof.from, proof.to, false]);
        expect(verifyConsistency({ from, to, hashes }, newer, older)).toBe(false);
        expect(verifyConsistency({ from, to, hashes }, other, newer)).toBe(false);
        expect(verifyConsistency({ from, to, hashes }, older, other)).toBe(false);
        expect(verifyConsistency({ from, to, hashes }, older, newer)).toBe(true);
      }
    }
  });

  it('decides the pairs that need no proof, and refuses a proof there', () => {
    const root = log.roots[5]!;
    expect(verifyConsistency({ from: 0, to: 0, hashes: [] }, EMPTY_ROOT, EMPTY_ROOT)).toBe(true);
    expect(verifyConsistency({ from: 0, to: 0, hashes: [] }, root, root)).toBe(false);
    expect(verifyConsistency({ from: 0, to: 5, hashes: [] }, EMPTY_ROOT, root)).toBe(true);
    expect(verifyConsistency({ from: 0, to: 5, hashes: [] }, root, root)).toBe(false);
    expect(verifyConsistency({ from: 0, to: 5, hashes: [root] }, EMPTY_ROOT, root)).toBe(false);
    expect(verifyConsistency({ from: 5, to: 5, hashes: [] }, root, root)).toBe(true);
    expect(verifyConsistency({ from: 5, to: 5, hashes: [root] }, root, root)).toBe(false);
    expect(verifyConsistency({ from: 5, to: 4, hashes: [] }, root, root)).toBe(false);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 52 + 1, Number.POSITIVE_INFINITY])('refuses %p as an index or size', (bad) => {
    expect(rootFromInclusion({ index: bad, size: 8, hashes: [] }, other)).toBeNull();
    expect(rootFromInclusion({ index: 0, size: bad, hashes: [] }, other)).toBeNull();
    expect(verifyConsistency({ from: bad, to: 8, hashes: [] }, EMPTY_ROOT, other)).toBe(false);
    expect(verifyConsistency({ from: 0, to: bad, hashes: [] }, EMPTY_ROOT, other)).toBe(false);
  });
});

describe('logs beyond what 32 bits count', () => {
  /** All leaves are the same, so each level has one hash, and any size can be had without storing it. */
  const same = leafHash('the same');
  const levels: Hash[] = [same];
  for (let level = 1; level <= 52; level++) levels.push(nodeHash(levels[level - 1]!, levels[level - 1]!));
  /** The nodes that a leaf brings about: one for each level that it completes. */
  const broughtBy = (index: number): Hash[] => levels.slice(0, nodesOf(index + 1) - nodesOf(index));
  const frontierAt = (size: number): Frontier => ({ size, peaks: subtreesOf(0, size).map(({ level }) => levels[level]!) });
  const prove = (plan: ReturnType<typeof planInclusion>): Hash[] => {
    const stored = new Map(plan.flat().map((node) => [placeOf(node), levels[node.level]!]));
    expect(stored.size).toBe(plan.flat().length);
    const proof = assembleProof(plan, stored);
    if (!proof.ok) throw new Error(proof.error);
    return proof.value;
  };

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 33 + 12345, 2 ** 45 - 1, 2 ** 51 + 987654321, 2 ** 52 - 3])('appends and proves at %d', (size) => {
    const grown = appendLeaves(frontierAt(size), [same, same, same]);
    expect(grown.frontier).toEqual(frontierAt(size + 3));
    expect(grown.firstNode).toBe(nodesOf(size));
    expect(grown.nodes).toEqual([0, 1, 2].flatMap((i) => broughtBy(size + i)));
    const root = rootOf(grown.frontier);
    expect(prove(planRoot(size + 3))[0]).toBe(root);
    for (const index of [0, 1, 2 ** 31 - 1, Math.floor(size / 3), size - 1, size, size + 2]) {
      const hashes = prove(planInclusion(index, size + 3));
      expect(verifyInclusion({ index, size: size + 3, hashes }, same, root)).toBe(true);
      expect(verifyInclusion({ index, size: size + 3, hashes }, leafHash('another'), root)).toBe(false);
    }
    for (const from of [1, 2 ** 30 + 5, 2 ** 31 - 2, Math.floor(size / 2), size]) {
      const hashes = prove(planConsistency(from, size + 3));
      expect(verifyConsistency({ from, to: size + 3, hashes }, rootOf(frontierAt(from)), root)).toBe(true);
      expect(verifyConsistency({ from, to: size + 3, hashes }, root, root)).toBe(false);
    }
  });

  it('is full at 2^52, the last size whose nodes are counted exactly', () => {
    expect(nodesOf(2 ** 52)).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => appendLeaves(frontierAt(2 ** 52), [same])).toThrow('at most 2^52 leaves');
  });

  it('finds powers of two exactly', () => {
    for (let power = 0; power <= 52; power++) {
      expect(powerAtMost(2 ** power)).toBe(2 ** power);
      if (power > 0) expect(powerAtMost(2 ** power - 1)).toBe(2 ** (power - 1));
      if (power > 0) expect(splitOf(2 ** power + 1)).toBe(2 ** power);
    }
    expect(powerAtMost(Number.MAX_SAFE_INTEGER)).toBe(2 ** 52);
  });
});

describe('what is stored', () => {
  it('gives the frontier back', () => {
    for (const size of [0, 1, 2, 3, 7, 8, 255, 256]) {
      const frontier = { size, peaks: log.prove(subtreesOf(0, size).map((node) => [node])) };
      expect(frontierFromBytes(size, frontierToBytes(frontier))).toEqual(frontier);
      expect(joinPeaks(frontier.peaks)).toBe(log.roots[size]);
    }
  });

  it('refuses a frontier that does not fit its size', () => {
    const bytes = frontierToBytes(log.frontier);
    expect(() => frontierFromBytes(255, bytes)).toThrow('one hash for each 1');
    expect(() => frontierFromBytes(256, bytes.subarray(1))).toThrow('one hash for each 1');
    expect(() => frontierFromBytes(-1, bytes)).toThrow('whole number');
  });

  it('refuses a proof out of damaged rows', () => {
    const plan = planInclusion(3, 9);
    for (const place of placesOf(plan)) {
      const without = new Map(log.nodes);
      without.delete(place);
      expect(assembleProof(plan, without)).toEqual({ ok: false, error: 'NODE_MISSING' });
    }
  });

  it('spells each hash one way in base64', () => {
    const hash = leafHash('spelling');
    expect(hashFromBase64(hashToBase64(hash))).toBe(hash);
    const text = hashToBase64(hash);
    for (const other of [text.slice(1), `${text}=`, text.replace('=', ''), ` ${text}`, `${text.slice(0, 42)}${text[42] === 'A' ? 'B' : nextLetter(text[42]!)}=`]) {
      expect([other, hashFromBase64(other)]).toEqual([other, null]);
    }
  });
});

/** A letter whose last two bits are not zero: another spelling of the same 32 bytes for a lenient decoder. */
function nextLetter(letter: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return alphabet[alphabet.indexOf(letter) + 1]!;
}
