// SPDX-License-Identifier: Apache-2.0
// The Worker as it is, and what only tests can ask of it: that objects die.
import unsafe from "workerd:unsafe";
import worker from "worker.mjs";
export * from "worker.mjs";

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/test/abort":
        await unsafe.abortAllDurableObjects();
        return Response.json({});
      case "/test/evict":
        await unsafe.evict(env[url.searchParams.get("class")].getByName(url.searchParams.get("name")));
        return Response.json({});
      default:
        return worker.fetch(request, env, ctx);
    }
  },
};
