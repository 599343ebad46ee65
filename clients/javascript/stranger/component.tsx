// SPDX-License-Identifier: Apache-2.0
// The same of a component.
import {useConnection, useMessages, usePresence} from '@longwire/client/react';

export const Chat = () => {
  const {messages, subscribed} = useMessages<{text: string}>('chat:1', {last: 10, keep: 100});
  const {members} = usePresence<{typing: boolean}>('chat:1', {enter: {typing: false}});
  const {state} = useConnection();
  // @ts-expect-error: another shape than was said
  usePresence<{typing: boolean}>('chat:1', {enter: {typing: 1}});
  return (
    <ul title={`${state} ${subscribed} ${members.filter(({data}) => data?.typing).length}`}>
      {messages.map(({offset, data}) => <li key={offset}>{data.text.trim()}</li>)}
    </ul>
  );
};
