import { canonicalHash } from '@assent/kernel';
import type { Binding } from './binding';

/** Version of the document that is hashed. A change of its shape is a new version, so that old evidence stays checkable. */
export const SHOWN_VERSION = '1';

/**
 * What the approval page shows, as a JSON document: everything that is bound is shown, and nothing else is.
 * An auditor can make the same document out of `sca.requested` and compare the hash with the one in the evidence.
 */
export const shownDocument = (binding: Binding): { readonly v: string } & Binding => ({ v: SHOWN_VERSION, ...binding });

/**
 * SHA-256 (hex) of the RFC 8785 form of {@link shownDocument}. The page's form carries it back, and it is part of the evidence of the
 * confirmation (RTS 2018/389 Article 5(2): integrity of what is displayed). Independent of language and layout.
 */
export const shownHash = (binding: Binding): string => canonicalHash(shownDocument(binding));
