// SPDX-License-Identifier: Apache-2.0
// The Worker as it is, and what only tests can ask of it: that objects die. Each life of an object says that it begins.
import unsafe from "workerd:unsafe";
import worker, * as objects from "worker.mjs";

const telling = (Kind) =>
  class extends Kind {
    constructor(ctx, env) {
      super(ctx, env);
      console.log(JSON.stringify({ event: "boot", object: `${Kind.name} ${ctx.id.name}` }));
    }
  };

export const HubDO = telling(objects.HubDO);
export const PollDO = telling(objects.PollDO);
export const ChannelDO = telling(objects.ChannelDO);

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/test/abort":
        await unsafe.abortAllDurableObjects();
        return Response.json({});
      case "/test/evict":
        try {
          await unsafe.evict(env[url.searchParams.get("class")].getByName(url.searchParams.get("name")));
          return Response.json({ evicted: true });
        } catch (failure) {
          // It wasn't there, or is busy for too long.
          return Response.json({ evicted: false, why: String(failure) });
        }
      default:
        return worker.fetch(request, env, ctx);
    }
  },
};
