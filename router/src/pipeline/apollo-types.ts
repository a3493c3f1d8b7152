/**
 * The few types by which @apollo/server and @apollo/gateway meet. Each brings its own version of
 * @apollo/server-gateway-interface, so we take the types from the functions that we call and are called by.
 */
import type { ApolloServerOptionsWithGateway } from '@apollo/server';

export type ApolloGateway = ApolloServerOptionsWithGateway<object>['gateway'];
export type ApolloExecutor = NonNullable<Awaited<ReturnType<ApolloGateway['load']>>['executor']>;
/** What @apollo/server gives to the gateway for one operation. */
export type ApolloRequest = Parameters<ApolloExecutor>[0];
