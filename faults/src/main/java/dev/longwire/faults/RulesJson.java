// SPDX-License-Identifier: Apache-2.0
package dev.longwire.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.longwire.faults.Fault.How;
import dev.longwire.faults.Fault.Side;
import dev.longwire.faults.Fault.Where;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rules and logs as JSON, for whoever is not written in Java. A rule:
 *
 * <pre>{@code
 * {"name": "…", "direction": "up|down", "carriage": "websocket|poll|stream|http", "frame": "message",
 *  "connection": 0, "nth": 1, "repeat": false, "times": 1,
 *  "fault": "drop|delay|duplicate|replay|cut|half_open|throttle|refuse|kill_after|stop_reading",
 *  "millis": 100, "where": "before|within|after", "how": "fin|rst", "side": "both|client|server",
 *  "bytes_per_second": 1, "status": 403, "answer_from_copy": false}
 * }</pre>
 *
 * Only {@code fault} is required. Without {@code frame} everything is meant.
 */
final class RulesJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RulesJson() {}

    /** @throws IllegalArgumentException where it says something else than rules */
    static List<Rule> rules(String json) {
        JsonNode list = tree(json);
        List<Rule> rules = new ArrayList<>();
        if (list.isArray()) {
            list.forEach(node -> rules.add(rule(node)));
        } else {
            rules.add(rule(list));
        }
        return rules;
    }

    static JsonNode tree(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException malformed) {
            throw new IllegalArgumentException("not JSON", malformed);
        }
    }

    private static Rule rule(JsonNode node) {
        Fault fault = fault(node);
        Direction direction = choice(Direction.class, node, "direction", null);
        String frame = node.path("frame").asText("*");
        String usual = fault.label() + " at " + (direction == null ? "any" : direction.label()) + " " + frame;
        return new Rule(
                node.path("name").asText(usual),
                direction,
                choice(Carriage.class, node, "carriage", null),
                frame,
                node.path("connection").asInt(0),
                node.path("nth").asInt(1),
                node.path("repeat").asBoolean(false),
                node.path("times").asInt(1),
                fault);
    }

    private static Fault fault(JsonNode node) {
        String name = node.path("fault").asText("");
        long millis = node.path("millis").asLong(0);
        How how = orElse(choice(How.class, node, "how", null), How.RST);
        return switch (name) {
            case "drop" -> new Fault.Drop();
            case "delay" -> new Fault.Delay(millis);
            case "duplicate" ->
                new Fault.Duplicate(millis, node.path("answer_from_copy").asBoolean(false));
            case "replay" -> new Fault.Replay(millis);
            case "cut" ->
                new Fault.Cut(
                        orElse(choice(Where.class, node, "where", null), Where.AFTER),
                        how,
                        orElse(choice(Side.class, node, "side", null), Side.BOTH));
            case "half_open" -> new Fault.HalfOpen();
            case "throttle" -> new Fault.Throttle(node.path("bytes_per_second").asInt(1));
            case "refuse" -> new Fault.Refuse(node.path("status").asInt(403));
            case "kill_after" -> new Fault.KillAfter(millis, how);
            case "stop_reading" -> new Fault.StopReading(millis);
            default -> throw new IllegalArgumentException("unknown fault: " + name);
        };
    }

    private static <T> T orElse(@Nullable T value, T other) {
        return value == null ? other : value;
    }

    private static <E extends Enum<E>> @Nullable E choice(
            Class<E> type, JsonNode node, String field, @Nullable E absent) {
        JsonNode value = node.path(field);
        return value.isMissingNode() || value.isNull()
                ? absent
                : Enum.valueOf(type, value.asText().toUpperCase(Locale.ROOT));
    }

    /** What a proxy has seen and done. */
    static String log(FaultLog log, int open) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("connections", log.connections()).put("open", open);
        root.put("struck", log.size()).put("cuts", log.cuts());
        counts(root.putObject("passed"), log.passed());
        counts(root.putObject("by_fault"), log.byFault());
        counts(root.putObject("cuts_by_place"), log.cutsByPlace());
        ArrayNode entries = root.putArray("entries");
        for (FaultLog.Entry entry : log.entries()) {
            entries.addObject()
                    .put("micros", entry.micros())
                    .put("connection", entry.connection())
                    .put("carriage", entry.carriage().label())
                    .put("direction", entry.direction().label())
                    .put("frame", entry.frame())
                    .put("fault", entry.fault().label())
                    .put("rule", entry.rule());
        }
        return root.toString();
    }

    private static void counts(ObjectNode into, Map<String, Long> counts) {
        counts.forEach(into::put);
    }
}
