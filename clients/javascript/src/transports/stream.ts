// SPDX-License-Identifier: Apache-2.0

/** Reads an answer that does not end: hands each event's text up; resolves when it ends after all. */
export type EventStreamReader = (response: Response, hear: (text: string) => unknown) => Promise<void>;

/** The `stream` transport: pass it as `options.eventStream`. Whoever has no use for it does not carry it. */
export const eventStream: EventStreamReader = async (response, hear) => {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) {
      return;
    }
    // A CR at the end of a piece may have its LF in the next.
    const parts = (rest + value).replaceAll('\r\n', '\n').split('\n\n');
    rest = parts.pop()!;
    for (const part of parts) {
      const data = part.split('\n').filter((line) => line.startsWith('data:'));
      hear(data.map((line) => line.slice(5).trimStart()).join('\n'));
    }
  }
};
