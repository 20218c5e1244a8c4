/** A topic id that no topic has. */
export const unknownId = 'AQEBAQEBQAGAAQEBAQEBAQ';
