// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.core.api.BackendRequest;
import dev.longwire.core.channel.ChannelRequest.Tag;
import dev.longwire.protocol.ClientFrame;
import dev.longwire.protocol.ErrorCode;
import dev.longwire.protocol.ServerFrame;
import dev.longwire.protocol.codec.Codec;
import dev.longwire.protocol.codec.Format;
import dev.longwire.protocol.codec.PublicationsCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a backend asks by plain HTTP, on its way to the channels. */
final class ApiCall implements ApiPort {

    private final String fault;
    private final String field;
    private final boolean one;
    private final List<BackendRequest> requests;

    private ApiCall(String fault, @Nullable String field, boolean one, List<BackendRequest> requests) {
        this.fault = fault;
        this.field = field == null ? "" : field;
        this.one = one;
        this.requests = requests;
    }

    static ApiCall publish(byte[] body, int longest) {
        PublicationsCodec.Body read = PublicationsCodec.decode(body);
        List<ClientFrame> items = read.items();
        if (items == null) {
            ErrorCode code = read.fault() == null ? ErrorCode.MALFORMED : read.fault();
            return new ApiCall(code.wire(), read.field(), true, List.of());
        }
        List<BackendRequest> requests = new ArrayList<>();
        for (ClientFrame item : items) {
            requests.add(BackendRequest.append(HubMachine.within(item, longest)));
        }
        return new ApiCall("", null, read.one(), requests);
    }

    /** @param query names and values by turns, each in a line */
    static ApiCall history(String query) {
        Map<String, String> parameters = parameters(query);
        return question(BackendRequest.history(parameters::get));
    }

    static ApiCall presence(String query) {
        Map<String, String> parameters = parameters(query);
        return question(BackendRequest.presence(parameters::get));
    }

    private static ApiCall question(BackendRequest request) {
        return request instanceof BackendRequest.Wrong wrong
                ? new ApiCall(wrong.code().wire(), wrong.field(), true, List.of())
                : new ApiCall("", null, true, List.of(request));
    }

    static Map<String, String> parameters(String query) {
        List<String> lines = HubMachine.lines(query);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            parameters.put(lines.get(i), lines.get(i + 1));
        }
        return parameters;
    }

    @Override
    public String fault() {
        return fault;
    }

    @Override
    public String field() {
        return field;
    }

    @Override
    public boolean one() {
        return one;
    }

    @Override
    public int count() {
        return requests.size();
    }

    @Override
    public String channel(int index) {
        return requests.get(index) instanceof BackendRequest.Question question ? question.channel() : "";
    }

    @Override
    public byte[] bytes(int index) {
        return switch (requests.get(index)) {
            case BackendRequest.Question question ->
                Questions.write(question.of().apply(Tag.HUB));
            case BackendRequest.Wrong wrong ->
                Codec.of(Format.JSON).encode(new ServerFrame.Error(0, wrong.code(), wrong.field(), 0));
        };
    }
}
