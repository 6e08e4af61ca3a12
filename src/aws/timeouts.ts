/** How long AWS has to answer. All times are in milliseconds. */

/**
 * For one attempt at a call, from the connection to the whole answer. ECS answers in well under a second;
 * what takes this long is a dead connection.
 */
export const attemptTimeout = 15_000;

/**
 * For a source of credentials, to connect and to answer: far more than it takes, and less than an attempt
 * has.
 */
export const credentialTimeouts = { connectionTimeout: 5_000, requestTimeout: 10_000 };
