// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Frames over a WebSocket. */
final class WebSocketWire implements Wire {

    private final Net net;
    private final Listener listener;
    private @Nullable Channel channel;
    private boolean over;
    private long heardNanos = System.nanoTime();

    WebSocketWire(Net net, InetSocketAddress address, Listener listener) {
        this.net = net;
        this.listener = listener;
        URI uri = URI.create("ws://" + Net.host(address) + "/v1/ws");
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(uri)
                .version(WebSocketVersion.V13)
                .subprotocol("longwire.v1.json")
                .customHeaders(new DefaultHttpHeaders())
                .handshakeTimeoutMillis(5_000)
                .handleCloseFrames(false)
                .dropPongFrames(true)
                .maxFramePayloadLength(4 << 20)
                .build();
        net.connect(address, new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline()
                                .addLast(
                                        new HttpClientCodec(),
                                        new HttpObjectAggregator(64 * 1024),
                                        new WebSocketClientProtocolHandler(config),
                                        new End());
                    }
                })
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        lost("can't connect");
                    }
                });
    }

    @Override
    public void send(List<String> frames) {
        Channel open = channel;
        if (open == null || over) {
            return;
        }
        String text = frames.size() == 1 ? frames.get(0) : "[" + String.join(",", frames) + "]";
        open.writeAndFlush(new TextWebSocketFrame(text));
    }

    @Override
    public void cut() {
        over = true;
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public boolean silentSince(long nanos) {
        return heardNanos - nanos < 0;
    }

    private void lost(String why) {
        if (!over) {
            cut();
            listener.lost(why);
        }
    }

    private final class End extends SimpleChannelInboundHandler<WebSocketFrame> {

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channel = context.channel();
            if (over) {
                context.close();
            }
            context.fireChannelActive();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE && !over) {
                listener.opened();
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            heardNanos = System.nanoTime();
            if (over) {
                return;
            }
            if (frame instanceof CloseWebSocketFrame close) {
                lost("closed " + close.statusCode());
            } else if (frame instanceof TextWebSocketFrame text) {
                message(net.parse(text.text()));
            }
        }

        private void message(JsonNode message) {
            if (!message.isArray()) {
                listener.frame(message);
                return;
            }
            for (JsonNode each : message) {
                if (!over) {
                    listener.frame(each);
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            lost("ended");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            lost("reset");
            context.close();
        }
    }
}
