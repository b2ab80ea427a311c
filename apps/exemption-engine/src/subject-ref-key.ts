/** The key under which payers get their pseudonyms. */
export const SUBJECT_REF_KEY = Symbol('subject ref key');
