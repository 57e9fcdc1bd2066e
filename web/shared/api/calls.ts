// What each call of a surface takes and answers, read off the published contract by the call's method and path.
// A path is written as it is asked for (`/conversations/${id}/read`), below the surface's base. Types only: nothing runs here.
import type { paths } from './schema';

export type Base = '/api/v1' | '/visitor/v1';
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The routes of a surface, by their path below its base: "/conversations/{id}/read". */
type Routes<B extends Base> = { [K in keyof paths as K extends `${B}${infer R}` ? R : never]: paths[K] };

/** "/conversations/{id}/read" as a pattern: `/conversations/${string}/read`. */
type Pattern<R extends string> = R extends `${infer Before}{${string}}${infer After}` ? `${Before}${string}${Pattern<After>}` : R;
type Segment<S extends string> = S extends `{${string}}` ? string : S;
type Segments<R extends string> = R extends `/${infer First}/${infer Rest}` ? [Segment<First>, ...Segments<`/${Rest}`>] : R extends `/${infer Last}` ? [Segment<Last>] : [];

type Named<B extends Base, M extends Method> = { [R in keyof Routes<B>]: Routes<B>[R] extends Record<M, { responses: unknown }> ? R : never }[keyof Routes<B>] & string;
/** What may be asked with this method. */
export type Path<B extends Base, M extends Method> = Pattern<Named<B, M>>;

/** The route that a path means: `/sessions/${id}` is not `/sessions/${id}/more`, though it looks alike to a pattern. */
type RouteOf<B extends Base, M extends Method, P extends string> =
  P extends string ? { [R in Named<B, M>]: Segments<P> extends Segments<R> ? R : never }[Named<B, M>] : never;
/** What follows the path in a call; a path that fits a pattern but no route can have nothing right behind it. */
export type Known<B extends Base, M extends Method, P extends string, Rest extends unknown[]> = [RouteOf<B, M, P>] extends [never] ? [nowhere: never] : Rest;

type At<T, K> = K extends keyof T ? T[K] : never;
type Call<B extends Base, M extends Method, P extends string> = At<Routes<B>, RouteOf<B, M, P>> extends Record<M, infer O> ? O : never;

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;

/** The body of a request; `undefined` where there is none. */
export type Takes<B extends Base, M extends Method, P extends string> =
  Call<B, M, P> extends { requestBody?: infer Body } ? ([Json<NonNullable<Body>>] extends [never] ? undefined : Json<NonNullable<Body>>) : undefined;

/** What an answer that is no refusal holds. */
export type Answers<B extends Base, M extends Method, P extends string> =
  Call<B, M, P> extends { responses: infer R } ? ({ [S in keyof R]: S extends 200 | 201 | 202 ? Json<R[S]> : S extends 204 ? undefined : never })[keyof R] : never;

/** What may stand behind the `?`. */
export type Asks<B extends Base, M extends Method, P extends string> = Call<B, M, P> extends { parameters: { query?: infer Q } } ? NonNullable<Q> : never;
