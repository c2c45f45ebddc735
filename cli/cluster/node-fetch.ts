/** Stands in for the package `node-fetch` in the bundle of the client, which needs no more of it than Node brings itself. */
export const Headers = globalThis.Headers;
export default globalThis.fetch;
