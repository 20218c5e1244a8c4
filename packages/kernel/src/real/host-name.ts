import { hostname } from 'node:os';

/** What this machine calls itself; whether others find it by that name is their resolver's business. */
export const realHostName: string = hostname();
