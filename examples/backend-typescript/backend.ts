// SPDX-License-Identifier: Apache-2.0
// A backend that announces articles and reads back what it said. Every path, parameter and answer is typed by the server's own
// description; see README.md.
import createClient from 'openapi-fetch';
import type {paths} from './target/api.js';

export const connect = (url: string, key?: string) =>
  createClient<paths>({baseUrl: url, headers: key === undefined ? {} : {authorization: `Bearer ${key}`}});

type Api = ReturnType<typeof connect>;

/** Announces an article once, however often it is called. */
export const announce = async (api: Api, channel: string, article: {id: number; title: string}) => {
  const {data, error} = await api.POST('/v1/publish', {body: {channel, data: article, key: `article-${article.id}`}});
  if (error) {
    throw new Error(`${error.name}: ${error.detail}`);
  }
  return data;
};

/** Everything in a channel's log, oldest first. */
export const all = async (api: Api, channel: string) => {
  const messages = [];
  let after: string | undefined;
  for (;;) {
    const {data, error} = await api.GET('/v1/history', {params: {query: {channel, limit: 2, ...(after === undefined ? {} : {after})}}});
    if (error) {
      throw new Error(`${error.name}: ${error.detail}`);
    }
    if (!('messages' in data)) {
      throw new Error('not a page');
    }
    messages.push(...data.messages);
    if (data.next === undefined) {
      return messages;
    }
    after = `${data.next.epoch}:${data.next.offset}`;
  }
};
