/** What the ACL APIs say while nothing decides who may do what. */
export const NO_AUTHORIZER = 'No authorizer is configured on this broker.';
