// SPDX-License-Identifier: Apache-2.0
package dev.longwire.edge.home;

import dev.longwire.protocol.ErrorCode;

/** Errors of plain HTTP as problem details (RFC 9457). They say nothing but what the table of codes says. */
final class Problems {

    private static final int BAD_REQUEST = 400;

    private Problems() {}

    private static ErrorCode code(String name) {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.wire().equals(name)) {
                return code;
            }
        }
        throw new IllegalArgumentException("no such code");
    }

    static int status(String name) {
        int status = code(name).http();
        return status == 0 ? BAD_REQUEST : status;
    }

    static String of(String name, String field, int retryAfterMillis) {
        ErrorCode code = code(name);
        return "{\"type\":\"about:blank\",\"title\":\"" + title(status(name)) + "\",\"status\":" + status(name)
                + ",\"code\":" + code.number() + ",\"name\":\"" + name + "\",\"detail\":\"" + code.text() + "\""
                + (field.isEmpty() ? "" : ",\"field\":\"" + field + "\"")
                + (retryAfterMillis > 0 ? ",\"retry_after\":" + retryAfterMillis : "") + "}";
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 409 -> "Conflict";
            case 413 -> "Content Too Large";
            case 415 -> "Unsupported Media Type";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            default -> "Error";
        };
    }
}
