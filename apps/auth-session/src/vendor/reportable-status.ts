const REPORTABLE = /^[\x20-\x7e]{1,64}$/;
const UNREADABLE = 'Unknown';

/** A status as it may be told to others: the vendor's text, or a word for one that nobody could have meant. Neither is an approval. */
export const reportableStatus = (status: string): string => (REPORTABLE.test(status) && status.trim() !== '' ? status : UNREADABLE);
